import { type Blocks, type Canvas, type Section, sections } from '@valuecanvas/contracts-canvas';

/** Content of a revision: everything that a user can change. */
export interface CanvasContent {
  readonly businessDescription: string;
  readonly industry?: string;
  readonly targetMarket?: string;
  readonly blocks: Blocks;
}

/** Returns the nine blocks of a canvas without other fields. */
export function blocksOf(canvas: Canvas): Blocks {
  return Object.fromEntries(sections.map((section) => [section, canvas[section]])) as Blocks;
}

/** Returns the current content of a canvas. */
export function contentOf(canvas: Canvas): CanvasContent {
  const { businessDescription, industry, targetMarket } = canvas;
  return {
    businessDescription,
    ...(industry === undefined ? {} : { industry }),
    ...(targetMarket === undefined ? {} : { targetMarket }),
    blocks: blocksOf(canvas),
  };
}

/** Returns the blocks whose items, or their order, differ. */
export function changedSections(before: Blocks, after: Blocks): Section[] {
  return sections.filter((section) => JSON.stringify(before[section]) !== JSON.stringify(after[section]));
}
