import { type Blocks, type CreateCanvasRequest, type Section, sections } from '@valuecanvas/contracts-canvas';

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

/** End of a clause in the scripts of the world: a full stop before white space, and other punctuation anywhere. */
const clauseEnd = /\.(?=\s|$)|[,;:!?\n–—。，、；：！？।۔،؛؟።]/u;

/** Returns the first clause of a text, which serves as its title. A clause without a letter or digit gives the whole text. */
export function firstClause(text: string): string {
  const [clause = ''] = text.trim().split(clauseEnd, 1);
  return /[\p{L}\p{N}]/u.test(clause) ? clause.trim() : text.trim();
}

/** Turns white space, line breaks included, and control characters into single spaces, and removes them from the ends. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

/** Shortens a text to one line of at most `maxLength` UTF-16 code units, at a word if possible. */
export function shortened(text: string, maxLength: number): string {
  const line = oneLine(text);
  if (line.length <= maxLength) return line;
  const start = line
    .slice(0, maxLength - 1)
    .toWellFormed()
    .replace(/\uFFFD$/u, '');
  const words = start.replace(/\s+\S*$/u, '');
  return `${words.length > maxLength / 2 ? words : start}…`;
}

export const asList = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');

/** Writes the blocks as text for a prompt. */
export function describeBlocks(canvas: Blocks): string {
  return Object.entries(blocksOf(canvas))
    .map(([section, items]) => `${section}:\n${asList(items)}`)
    .join('\n');
}
