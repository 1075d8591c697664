import type { ResultOf } from '@valuecanvas/web-client';
import { text } from '../../text/en.ts';

export type Canvas = ResultOf<'getCanvas'>;
export type Section = keyof typeof text.canvas.blocks;

/** The items of the nine blocks. */
export type Blocks = Readonly<Record<Section, readonly string[]>>;

/** The blocks in the order in which a canvas is read, which is the order of the contract. */
export const sections = Object.keys(text.canvas.blocks) as readonly Section[];

/** True for the two blocks at the bottom of a canvas, which are twice as wide as the others. */
export function isWide(section: Section): boolean {
  return section === 'costStructure' || section === 'revenueStreams';
}

export function nameOf(section: Section): string {
  return text.canvas.blocks[section];
}

export function blocksOf(canvas: Blocks): Blocks {
  return mapBlocks((section) => canvas[section]);
}

export function mapBlocks(itemsOf: (section: Section) => readonly string[]): Blocks {
  return Object.fromEntries(sections.map((section) => [section, itemsOf(section)])) as unknown as Blocks;
}

export function itemCount(blocks: Blocks): number {
  return sections.reduce((sum, section) => sum + blocks[section].length, 0);
}

export function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((item, index) => item === others[index]);
}

/** The title of a canvas, or the first clause of its description if it has none. */
export function titleOf({
  title: given,
  businessDescription,
}: Pick<Canvas, 'title' | 'businessDescription'>): string {
  if (given !== undefined) return given;
  const [clause = ''] = businessDescription.trim().split(/[.,;:!?\n–—]/, 1);
  const title = clause.trim() || businessDescription.trim();
  return title.length <= 80 ? title : `${title.slice(0, title.lastIndexOf(' ', 78) + 1 || 78).trimEnd()}…`;
}
