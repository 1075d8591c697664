import type { CanvasDiff } from '@valuecanvas/contracts-canvas';
import type { UserPrincipal } from '@valuecanvas/contracts-core';
import { type CanvasContent, contentOf } from '../canvases/canvas-content.ts';
import type { CanvasesService } from '../canvases/canvases.service.ts';
import { compareBlocks } from './compare-blocks.ts';

/** One side of a comparison. Without a revision, the current one. */
export interface ComparedRevision {
  readonly canvasId: string;
  readonly revision?: number | undefined;
}

/** Compares two canvases, or two revisions. Throws NOT_FOUND if one of them is not the user's. */
export type CompareCanvases = (
  owner: UserPrincipal,
  before: ComparedRevision,
  after: ComparedRevision,
) => Promise<CanvasDiff>;

const words = ['title', 'businessDescription', 'industry', 'targetMarket'] as const;

export function createComparison(canvases: Pick<CanvasesService, 'get' | 'revision'>): CompareCanvases {
  const read = async (owner: UserPrincipal, { canvasId, revision }: ComparedRevision) => {
    const found =
      revision === undefined
        ? await canvases.get(owner, canvasId)
        : await canvases.revision(owner, canvasId, revision);
    return { compared: { canvasId, revision: found.revision }, content: contentOf(found) };
  };

  return async (owner, from, to) => {
    const [before, after] = [await read(owner, from), await read(owner, to)];
    return {
      before: before.compared,
      after: after.compared,
      words: changedWords(before.content, after.content),
      blocks: compareBlocks(before.content.blocks, after.content.blocks),
    };
  };
}

function changedWords(before: CanvasContent, after: CanvasContent): CanvasDiff['words'] {
  return words
    .filter((field) => before[field] !== after[field])
    .map((field) => ({
      field,
      ...(before[field] === undefined ? {} : { before: before[field] }),
      ...(after[field] === undefined ? {} : { after: after[field] }),
    }));
}
