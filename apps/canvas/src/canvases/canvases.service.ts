import type {
  ApplySuggestionsRequest,
  Canvas,
  Revision,
  UpdateCanvasRequest,
} from '@valuecanvas/contracts-canvas';
import { AppError, type Page, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { CanvasStore } from './canvas.store.ts';
import { blocksOf, type CanvasContent, changedSections, contentOf } from './canvas-content.ts';
import { parseCursor, toCursor } from './cursor.ts';

const defaultLimit = 20;

/** Maximum number of items in a block. */
const maxItems = 50;

/** Rules for editing canvases. A canvas of another user is treated as absent. */
export interface CanvasesService {
  list(
    owner: UserPrincipal,
    page: { readonly cursor?: string; readonly limit?: number },
  ): Promise<Page<Canvas>>;
  get(owner: UserPrincipal, id: string): Promise<Canvas>;
  update(owner: UserPrincipal, id: string, change: UpdateCanvasRequest): Promise<Canvas>;
  apply(owner: UserPrincipal, id: string, chosen: ApplySuggestionsRequest): Promise<Canvas>;
  revisions(owner: UserPrincipal, id: string): Promise<Revision[]>;
  restore(owner: UserPrincipal, id: string, revision: number): Promise<Canvas>;
  remove(owner: UserPrincipal, id: string): Promise<void>;
}

export function createCanvasesService(store: CanvasStore): CanvasesService {
  const get = async (owner: UserPrincipal, id: string): Promise<Canvas> => {
    const canvas = await store.find(owner, id);
    if (!canvas) throw new AppError('NOT_FOUND');
    return canvas;
  };

  /** Returns the canvas at the expected revision, from which a change takes the blocks that it keeps. */
  const getAt = async (owner: UserPrincipal, id: string, revision: number): Promise<Canvas> => {
    const canvas = await get(owner, id);
    if (canvas.revision !== revision) throw staleRevision(canvas.revision);
    return canvas;
  };

  const revise = async (
    owner: UserPrincipal,
    canvas: Canvas,
    source: Revision['source'],
    content: CanvasContent,
  ): Promise<Canvas> => {
    const changed = changedSections(blocksOf(canvas), content.blocks);
    const revised = await store.revise(owner, canvas.id, canvas.revision, { content, source, changed });
    if (!revised) throw staleRevision((await get(owner, canvas.id)).revision);
    return revised;
  };

  return {
    get,

    async list(owner, { cursor, limit = defaultLimit }) {
      const found = await store.list(
        owner,
        limit + 1,
        cursor === undefined ? undefined : parseCursor(cursor),
      );
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const nextCursor = found.length > limit && last ? toCursor(last.position) : null;
      return { items: page.map(({ canvas }) => canvas), limit, nextCursor };
    },

    async update(owner, id, { revision, businessDescription, ...blocks }) {
      const canvas = await getAt(owner, id, revision);
      const content = contentOf(canvas);
      return revise(owner, canvas, 'edit', {
        ...content,
        businessDescription: businessDescription ?? content.businessDescription,
        blocks: { ...content.blocks, ...blocks },
      });
    },

    async apply(owner, id, { section, suggestions, mode, revision }) {
      const canvas = await getAt(owner, id, revision);
      const content = contentOf(canvas);
      const items =
        mode === 'replace' ? suggestions : [...new Set([...content.blocks[section], ...suggestions])];
      if (items.length > maxItems) throw tooManyItems();
      return revise(owner, canvas, 'apply', {
        ...content,
        blocks: { ...content.blocks, [section]: items },
      });
    },

    async revisions(owner, id) {
      const revisions = await store.revisions(owner, id);
      if (revisions.length === 0) throw new AppError('NOT_FOUND');
      return revisions;
    },

    async restore(owner, id, revision) {
      const canvas = await get(owner, id);
      const content = await store.findRevision(owner, id, revision);
      if (!content)
        throw new AppError('NOT_FOUND', { message: `Revision ${revision} of this canvas does not exist.` });
      return revise(owner, canvas, 'restore', content);
    },

    async remove(owner, id) {
      if (!(await store.remove(owner, id))) throw new AppError('NOT_FOUND');
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
