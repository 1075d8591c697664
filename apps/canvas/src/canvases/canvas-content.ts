import { type Blocks, type CreateCanvasRequest, type Section, sections } from '@valuecanvas/contracts-canvas';
import { oneLine } from '@valuecanvas/contracts-canvas/title';

/** Content of a revision: everything that a user can change. */
export interface CanvasContent {
  readonly title?: string;
  readonly businessDescription: string;
  readonly industry?: string;
  readonly targetMarket?: string;
  readonly blocks: Blocks;
}

/** The current revision of a canvas, or an earlier one. */
type RevisedContent = Omit<CanvasContent, 'blocks'> & Blocks;

/** Returns the nine blocks of a canvas without other fields. */
export function blocksOf(canvas: Blocks): Blocks {
  return Object.fromEntries(sections.map((section) => [section, canvas[section]])) as Blocks;
}

/** Returns the current content of a canvas. */
export function contentOf(canvas: RevisedContent): CanvasContent {
  return { ...wordsOf(canvas), blocks: blocksOf(canvas) };
}

type Words = Omit<CanvasContent, 'blocks'>;
type GivenWords = { readonly [K in keyof Words]?: Words[K] | undefined } & {
  readonly businessDescription: string;
};

/** Returns the words about a business, with the title in one line. Blank ones count as absent. */
export function wordsOf({ title, businessDescription, industry, targetMarket }: GivenWords): Words {
  const line = oneLine(title ?? '');
  return {
    ...(line ? { title: line } : {}),
    businessDescription,
    ...(industry?.trim() ? { industry } : {}),
    ...(targetMarket?.trim() ? { targetMarket } : {}),
  };
}

/** Returns the content that a request gives. Blocks that it leaves out are empty. */
export function contentFrom(request: CreateCanvasRequest): CanvasContent {
  const blocks = sections.map((section) => [section, request[section] ?? []]);
  return { ...wordsOf(request), blocks: Object.fromEntries(blocks) as Blocks };
}

/** Returns the blocks whose items, or their order, differ. */
export function changedSections(before: Blocks, after: Blocks): Section[] {
  return sections.filter((section) => JSON.stringify(before[section]) !== JSON.stringify(after[section]));
}

export const asList = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');

/** Writes the blocks as text for a prompt. */
export function describeBlocks(canvas: Blocks): string {
  return Object.entries(blocksOf(canvas))
    .map(([section, items]) => `${section}:\n${asList(items)}`)
    .join('\n');
}
