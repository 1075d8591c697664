import type {
  ApplySuggestionsRequest,
  Canvas,
  Revision,
  UpdateCanvasRequest,
} from '@valuecanvas/contracts-canvas';
import {
  AppError,
  assertIfMatch,
  type ListPage,
  type PageRequest,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import type { BeforeCommit } from '@valuecanvas/postgres';
import type { CanvasStore } from './canvas.store.ts';
import { blocksOf, type CanvasContent, changedSections, contentOf } from './canvas-content.ts';

/** Maximum number of items in a block. */
const maxItems = 50;

/** Rules for editing canvases. A canvas of another user is treated as absent. */
export interface CanvasesService {
  list(owner: UserPrincipal, page: PageRequest): Promise<ListPage<Canvas>>;
  get(owner: UserPrincipal, id: string): Promise<Canvas>;
  /** Throws CONFLICT if the canvas is at another revision than the change or the header If-Match states. */
  update(owner: UserPrincipal, id: string, change: UpdateCanvasRequest, ifMatch?: string): Promise<Canvas>;
  apply<T>(
    owner: UserPrincipal,
    id: string,
    chosen: ApplySuggestionsRequest,
    beforeCommit: BeforeCommit<Canvas, T>,
  ): Promise<T>;
  revisions(owner: UserPrincipal, id: string): Promise<Revision[]>;
  restore<T>(
    owner: UserPrincipal,
    id: string,
    revision: number,
    beforeCommit: BeforeCommit<Canvas, T>,
  ): Promise<T>;
  remove(owner: UserPrincipal, id: string, ifMatch?: string): Promise<void>;
}

export function createCanvasesService(store: CanvasStore): CanvasesService {
  const get = async (owner: UserPrincipal, id: string): Promise<Canvas> => {
    const canvas = await store.find(owner, id);
    if (!canvas) throw new AppError('NOT_FOUND');
    return canvas;
  };

  /** Returns the canvas on which a change is based. Throws CONFLICT if it is not at the given revision. */
  const getAt = async (owner: UserPrincipal, id: string, revision: number): Promise<Canvas> => {
    const canvas = await get(owner, id);
    if (canvas.revision !== revision) throw staleRevision(canvas.revision);
    return canvas;
  };

  const revise = async <T>(
    owner: UserPrincipal,
    canvas: Canvas,
    change: { readonly source: Revision['source']; readonly content: CanvasContent },
    beforeCommit: BeforeCommit<Canvas, T>,
  ): Promise<T> => {
    const changed = changedSections(blocksOf(canvas), change.content.blocks);
    const { id, revision } = canvas;
    const revised = await store.revise(owner, id, revision, { ...change, changed }, beforeCommit);
    if (revised === undefined) throw staleRevision((await get(owner, id)).revision);
    return revised;
  };

  return {
    get,

    list: (owner, page) => store.list(owner, page),

    async update(owner, id, { revision, businessDescription, ...blocks }, ifMatch) {
      const canvas = await getAt(owner, id, revision);
      assertIfMatch(ifMatch, 'canvas', canvas.revision);
      const content = contentOf(canvas);
      const edited = {
        ...content,
        businessDescription: businessDescription ?? content.businessDescription,
        blocks: { ...content.blocks, ...blocks },
      };
      return revise(owner, canvas, { source: 'edit', content: edited }, async (_tx, revised) => revised);
    },

    async apply(owner, id, { section, suggestions, mode, revision }, beforeCommit) {
      const canvas = await getAt(owner, id, revision);
      const content = contentOf(canvas);
      const items =
        mode === 'replace' ? suggestions : [...new Set([...content.blocks[section], ...suggestions])];
      if (items.length > maxItems) throw tooManyItems();
      const applied = { ...content, blocks: { ...content.blocks, [section]: items } };
      return revise(owner, canvas, { source: 'apply', content: applied }, beforeCommit);
    },

    async revisions(owner, id) {
      const revisions = await store.revisions(owner, id);
      if (revisions.length === 0) throw new AppError('NOT_FOUND');
      return revisions;
    },

    async restore(owner, id, revision, beforeCommit) {
      const canvas = await get(owner, id);
      const content = await store.findRevision(owner, id, revision);
      if (!content)
        throw new AppError('NOT_FOUND', { message: `Revision ${revision} of this canvas does not exist.` });
      return revise(owner, canvas, { source: 'restore', content }, beforeCommit);
    },

    async remove(owner, id, ifMatch) {
      const removed = await store.remove(owner, id, (canvas) =>
        assertIfMatch(ifMatch, 'canvas', canvas.revision),
      );
      if (!removed) throw new AppError('NOT_FOUND');
    },
  };
}

function staleRevision(current: number): AppError {
  return new AppError('CONFLICT', {
    message: `The canvas is at revision ${current}. Read it again and repeat your change.`,
    details: { currentRevision: current },
  });
}

function tooManyItems(): AppError {
  const message = `A block holds at most ${maxItems} items. Replace some items instead.`;
  return new AppError('VALIDATION_FAILED', { message, details: [{ path: 'suggestions', message }] });
}
