import type { Canvas, Revision, Section } from '@valuecanvas/contracts-canvas';
import { type ListPage, mapPage, type PageRequest, type UserPrincipal } from '@valuecanvas/contracts-core';
import { acrossUsers, asUser, type BeforeCommit, listOrder, selectPage } from '@valuecanvas/postgres';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { CanvasRevisionsTable, Database } from '../db.ts';
import type { CanvasContent } from './canvas-content.ts';
import { type CanvasRow, toCanvas, toColumns, toContent } from './canvas-row.ts';

export interface NewRevision {
  readonly content: CanvasContent;
  readonly source: Revision['source'];
  readonly changed: readonly Section[];
}

/** The canvas from which a variant was made, and the kind of the variant. */
export interface VariantOrigin {
  readonly canvasId: string;
  readonly kind: string;
}

/** First revision of a canvas. */
export interface NewCanvas extends NewRevision {
  readonly variantOf?: VariantOrigin | undefined;
}

/** Selection and order of a list. */
export interface CanvasFilter {
  readonly search?: string;
  readonly sort?: 'created' | 'updated';
  readonly deleted?: boolean;
  /** Lists only the variants of this canvas. */
  readonly variantOf?: string;
}

export interface StoredRevision {
  readonly facts: Revision;
  readonly content: CanvasContent;
}

/**
 * Canvases and their history. Every method reads and changes only the user's own canvases, and treats a deleted one as absent
 * unless it says otherwise.
 */
export interface CanvasStore {
  create<T>(
    owner: UserPrincipal,
    id: string,
    revision: NewRevision,
    beforeCommit: BeforeCommit<Canvas, T>,
  ): Promise<T>;
  find(owner: UserPrincipal, id: string): Promise<Canvas | undefined>;
  /** Newest first. */
  list(owner: UserPrincipal, wanted: CanvasFilter, page: PageRequest): Promise<ListPage<Canvas>>;
  /** Returns undefined if the canvas does not exist or is no longer at revision `basedOn`. */
  revise<T>(
    owner: UserPrincipal,
    id: string,
    basedOn: number,
    revision: NewRevision,
    beforeCommit: BeforeCommit<Canvas, T>,
  ): Promise<T | undefined>;
  revisions(owner: UserPrincipal, id: string): Promise<Revision[]>;
  findRevision(owner: UserPrincipal, id: string, revision: number): Promise<StoredRevision | undefined>;
  /** Marks a canvas as deleted. Returns true if it existed. Keeps it if `check` throws. */
  remove(owner: UserPrincipal, id: string, check: (canvas: Canvas) => void): Promise<boolean>;
  /** Returns the canvas, or undefined if it does not exist any more. */
  recover(owner: UserPrincipal, id: string): Promise<Canvas | undefined>;
  /** Removes the canvases of all users that were deleted more than 30 days ago. Returns their number. */
  purge(): Promise<number>;
}

export function createCanvasStore(db: Kysely<Database>): CanvasStore {
  return {
    create: (owner, id, revision, beforeCommit) =>
      asUser(db, owner, async (tx) => beforeCommit(tx, await insertCanvas(tx, owner.userId, id, revision))),

    find: (owner, id) =>
      asUser(db, owner, async (tx) => {
        const row = await tx
          .selectFrom('canvases')
          .selectAll()
          .where('id', '=', id)
          .where('deleted_at', 'is', null)
          .executeTakeFirst();
        return row && toCanvas(row);
      }),

    list: (owner, { search = '', sort = 'created', deleted = false, variantOf }, page) =>
      asUser(db, owner, async (tx) => {
        let own = tx
          .selectFrom('canvases')
          .selectAll()
          .where('user_id', '=', owner.userId)
          .where('deleted_at', deleted ? 'is not' : 'is', null);
        if (variantOf !== undefined) own = own.where('variant_of', '=', variantOf);
        if (search.trim() !== '') own = own.where(searchedText, 'ilike', `%${escapeLike(search.trim())}%`);
        return mapPage(await selectPage(own, newestFirst[sort], page), toCanvas);
      }),

    revise: (owner, id, basedOn, revision, beforeCommit) =>
      asUser(db, owner, async (tx) => {
        const row = await tx
          .updateTable('canvases')
          .set({ ...toColumns(revision.content), revision: basedOn + 1, updated_at: new Date() })
          .where('id', '=', id)
          .where('revision', '=', basedOn)
          .where('deleted_at', 'is', null)
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        await insertRevision(tx, row, revision);
        return beforeCommit(tx, toCanvas(row));
      }),

    revisions: (owner, id) =>
      asUser(db, owner, async (tx) => {
        const rows = await revisionsOf(tx, id).select(factColumns).orderBy('revision', 'desc').execute();
        return rows.map(toRevision);
      }),

    findRevision: (owner, id, revision) =>
      asUser(db, owner, async (tx) => {
        const row = await revisionsOf(tx, id)
          .select([...factColumns, 'title', 'business_description', 'industry', 'target_market', 'blocks'])
          .where('revision', '=', revision)
          .executeTakeFirst();
        return row && { facts: toRevision(row), content: toContent(row) };
      }),

    remove: (owner, id, check) =>
      asUser(db, owner, async (tx) => {
        const row = await tx
          .updateTable('canvases')
          .set({ deleted_at: new Date() })
          .where('id', '=', id)
          .where('deleted_at', 'is', null)
          .returningAll()
          .executeTakeFirst();
        if (!row) return false;
        check(toCanvas(row));
        return true;
      }),

    recover: (owner, id) =>
      asUser(db, owner, async (tx) => {
        const row = await tx
          .updateTable('canvases')
          .set({ deleted_at: null })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst();
        return row && toCanvas(row);
      }),

    purge: () =>
      acrossUsers(db, async (tx) => {
        const expired = sql<Date>`now() - interval '30 days'`;
        const { numDeletedRows } = await tx
          .deleteFrom('canvases')
          .where('deleted_at', '<', expired)
          .executeTakeFirst();
        return Number(numDeletedRows);
      }),
  };
}

const newestFirst = {
  created: listOrder('desc', { created_at: 'timestamptz', id: 'uuid' }),
  updated: listOrder('desc', { updated_at: 'timestamptz', id: 'uuid' }),
};

/** Everything that a user wrote or a model wrote for them, without the names of the blocks. */
const searchedText = sql<string>`concat_ws(' ', title, business_description, industry, target_market,
  (select string_agg(item, ' ') from jsonb_each(blocks) block, jsonb_array_elements_text(block.value) item))`;

const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');

const factColumns = [
  'canvas_revisions.revision',
  'canvas_revisions.created_at',
  'source',
  'changed',
] as const;

/** History of a canvas that is not deleted. */
function revisionsOf(tx: Kysely<Database>, id: string) {
  return tx
    .selectFrom('canvas_revisions')
    .where('canvas_id', '=', id)
    .where(({ exists, selectFrom }) =>
      exists(selectFrom('canvases').select('id').where('id', '=', id).where('deleted_at', 'is', null)),
    );
}

function toRevision(
  row: Pick<Selectable<CanvasRevisionsTable>, 'revision' | 'created_at' | 'source' | 'changed'>,
): Revision {
  return {
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
    source: row.source,
    changed: row.changed as Section[],
  };
}

/** Inserts a canvas with its first revision. */
export async function insertCanvas(
  tx: Kysely<Database>,
  userId: string,
  id: string,
  { variantOf, ...revision }: NewCanvas,
): Promise<Canvas> {
  const row = await tx
    .insertInto('canvases')
    .values({
      id,
      user_id: userId,
      revision: 1,
      ...toColumns(revision.content),
      ...(variantOf && {
        // Absent if the canvas was removed meanwhile.
        variant_of: tx.selectFrom('canvases').select('id').where('id', '=', variantOf.canvasId),
        variant_kind: variantOf.kind,
      }),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await insertRevision(tx, row, revision);
  return toCanvas(row);
}

/** Returns a canvas, even if it is deleted. */
export async function selectCanvas(tx: Kysely<Database>, id: string): Promise<Canvas | undefined> {
  const row = await tx.selectFrom('canvases').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toCanvas(row);
}

async function insertRevision(
  tx: Kysely<Database>,
  row: CanvasRow,
  { content, source, changed }: NewRevision,
): Promise<void> {
  await tx
    .insertInto('canvas_revisions')
    .values({
      canvas_id: row.id,
      revision: row.revision,
      user_id: row.user_id,
      source,
      changed: [...changed],
      created_at: row.updated_at,
      ...toColumns(content),
    })
    .execute();
}
