import type { ResultOf } from '@valuecanvas/web-client';
import { text } from '../../text/en.ts';

export type Canvas = ResultOf<'getCanvas'>;
export type Section = keyof typeof text.canvas.blocks;

/** The items of the nine blocks. */
export type Blocks = Readonly<Record<Section, readonly string[]>>;

/** Words about the business. Absent ones are empty. */
export const wordNames = ['title', 'industry', 'targetMarket', 'businessDescription'] as const;
export type WordName = (typeof wordNames)[number];
export type Words = Readonly<Record<WordName, string>>;

/** Everything on a canvas that a person can change. */
export type Content = Blocks & Words;
export type Field = keyof Content;

/** The blocks in the order in which a canvas is read, which is the order of the contract. */
export const sections = Object.keys(text.canvas.blocks) as readonly Section[];

export const fields: readonly Field[] = [...sections, ...wordNames];

/** True for the two blocks at the bottom of a canvas, which are twice as wide as the others. */
export function isWide(section: Section): boolean {
  return section === 'costStructure' || section === 'revenueStreams';
}

export function nameOf(section: Section): string {
  return text.canvas.blocks[section];
}

export function contentOf(canvas: Blocks & Partial<Words>): Content {
  return mapContent((field) => canvas[field] ?? '');
}

export function mapBlocks(itemsOf: (section: Section) => readonly string[]): Blocks {
  return Object.fromEntries(sections.map((section) => [section, itemsOf(section)])) as unknown as Blocks;
}

export function mapContent(valueIn: (field: Field) => Content[Field]): Content {
  return Object.fromEntries(fields.map((field) => [field, valueIn(field)])) as unknown as Content;
}

export function itemCount(blocks: Blocks): number {
  return sections.reduce((sum, section) => sum + blocks[section].length, 0);
}

/** Compares two values of a field: items in their order, or words. */
export function isSame(some: Content[Field], others: Content[Field]): boolean {
  if (typeof some === 'string' || typeof others === 'string') return some === others;
  return some.length === others.length && some.every((item, index) => item === others[index]);
}
