import {
  type ApplySuggestionsRequest,
  type Canvas,
  type CreateCanvasRequest,
  type Revision,
  type RevisionContent,
  sections,
  type UpdateCanvasRequest,
} from '@valuecanvas/contracts-canvas';
import {
  AppError,
  assertIfMatch,
  type ListPage,
  type PageRequest,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import type { BeforeCommit } from '@valuecanvas/postgres';
import { v7 as uuidv7 } from 'uuid';
import type { CanvasFilter, CanvasStore, StoredRevision } from './canvas.store.ts';
import {
  blocksOf,
  type CanvasContent,
  changedSections,
  contentFrom,
  contentOf,
  wordsOf,
} from './canvas-content.ts';

/** Maximum number of items in a block. */
const maxItems = 50;

/** Rules for editing canvases. A canvas of another user is treated as absent. */
export interface CanvasesService {
  list(owner: UserPrincipal, wanted: CanvasFilter, page: PageRequest): Promise<ListPage<Canvas>>;
  /** Variants of a canvas, newest first. */
  variants(owner: UserPrincipal, id: string, page: PageRequest): Promise<ListPage<Canvas>>;
  create<T>(
    owner: UserPrincipal,
    request: CreateCanvasRequest,
    source: 'create' | 'import',
    beforeCommit: BeforeCommit<Canvas, T>,
  ): Promise<T>;
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
  revision(owner: UserPrincipal, id: string, revision: number): Promise<RevisionContent>;
  restore<T>(
    owner: UserPrincipal,
    id: string,
    revision: number,
    beforeCommit: BeforeCommit<Canvas, T>,
  ): Promise<T>;
  /** The canvas can be recovered for 30 days. */
  remove(owner: UserPrincipal, id: string, ifMatch?: string): Promise<void>;
  recover(owner: UserPrincipal, id: string): Promise<Canvas>;
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

  const getRevision = async (owner: UserPrincipal, id: string, revision: number): Promise<StoredRevision> => {
    const found = await store.findRevision(owner, id, revision);
    if (found) return found;
    throw new AppError('NOT_FOUND', { message: `Revision ${revision} of this canvas does not exist.` });
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

    list: (owner, wanted, page) => store.list(owner, wanted, page),

    async variants(owner, id, page) {
      await get(owner, id);
      return store.list(owner, { variantOf: id }, page);
    },

    create: (owner, request, source, beforeCommit) =>
      store.create(
        owner,
        uuidv7(),
        {
          content: contentFrom(request),
          source,
          changed: sections.filter((section) => request[section]?.length),
        },
        beforeCommit,
      ),

    async update(owner, id, change, ifMatch) {
      const { revision, title, businessDescription, industry, targetMarket } = change;
      const canvas = await getAt(owner, id, revision);
      assertIfMatch(ifMatch, 'canvas', canvas.revision);
      assertUnchanged(canvas, change);
      const content = contentOf(canvas);
      const words = wordsOf({
        title: title ?? content.title,
        businessDescription: businessDescription ?? content.businessDescription,
        industry: industry ?? content.industry,
        targetMarket: targetMarket ?? content.targetMarket,
      });
      const given = sections.flatMap((section) => (change[section] ? [[section, change[section]]] : []));
      const edited = { ...words, blocks: { ...content.blocks, ...Object.fromEntries(given) } };
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

    async revision(owner, id, revision) {
      const { facts, content } = await getRevision(owner, id, revision);
      const { blocks, ...words } = content;
      return { ...facts, ...words, ...blocks };
    },

    async restore(owner, id, revision, beforeCommit) {
      const canvas = await get(owner, id);
      const { content } = await getRevision(owner, id, revision);
      return revise(owner, canvas, { source: 'restore', content }, beforeCommit);
    },

    async remove(owner, id, ifMatch) {
      const removed = await store.remove(owner, id, (canvas) =>
        assertIfMatch(ifMatch, 'canvas', canvas.revision),
      );
      if (!removed) throw new AppError('NOT_FOUND');
    },

    async recover(owner, id) {
      const canvas = await store.recover(owner, id);
      if (!canvas) throw new AppError('NOT_FOUND');
      return canvas;
    },
  };
}

/** Fields that a client may send back and not change. */
const fixedFields = ['id', 'userId', 'variantOf', 'variantKind', 'createdAt', 'updatedAt'] as const;

function assertUnchanged(canvas: Canvas, change: UpdateCanvasRequest): void {
  const changed = fixedFields.filter((name) => change[name] !== undefined && change[name] !== canvas[name]);
  if (changed.length === 0) return;
  const details = changed.map((path) => ({ path, message: 'cannot be changed' }));
  throw new AppError('VALIDATION_FAILED', { details });
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
