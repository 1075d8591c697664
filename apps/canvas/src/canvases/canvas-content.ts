import { type Blocks, type Canvas, type Section, sections } from '@valuecanvas/contracts-canvas';

/** What a revision holds: all that a user can change. */
export interface CanvasContent {
  readonly businessDescription: string;
  readonly industry?: string;
  readonly targetMarket?: string;
  readonly blocks: Blocks;
}

/** The nine blocks of a canvas, without the rest. */
export function blocksOf(canvas: Canvas): Blocks {
  return Object.fromEntries(sections.map((section) => [section, canvas[section]])) as Blocks;
}

/** What a revision of the canvas would hold as it stands. */
export function contentOf(canvas: Canvas): CanvasContent {
  const { businessDescription, industry, targetMarket } = canvas;
  return {
    businessDescription,
    ...(industry === undefined ? {} : { industry }),
    ...(targetMarket === undefined ? {} : { targetMarket }),
    blocks: blocksOf(canvas),
  };
}

/** The blocks whose items or their order differ. */
export function changedSections(before: Blocks, after: Blocks): Section[] {
  return sections.filter((section) => JSON.stringify(before[section]) !== JSON.stringify(after[section]));
}
