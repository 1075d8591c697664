import type { Canvas, Revision, Section } from '@valuecanvas/contracts-canvas';
import { type ListPage, mapPage, type PageRequest, type UserPrincipal } from '@valuecanvas/contracts-core';
import { asUser, type BeforeCommit, listOrder, selectPage } from '@valuecanvas/postgres';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';
import type { CanvasContent } from './canvas-content.ts';
import { type CanvasRow, toCanvas, toColumns, toContent } from './canvas-row.ts';

export interface NewRevision {
  readonly content: CanvasContent;
  readonly source: Revision['source'];
  readonly changed: readonly Section[];
}

/** Canvases and their history. Every method reads and changes only the user's own canvases. */
export interface CanvasStore {
  find(owner: UserPrincipal, id: string): Promise<Canvas | undefined>;
  /** Newest first. */
  list(owner: UserPrincipal, page: PageRequest): Promise<ListPage<Canvas>>;
  /** Returns undefined if the canvas does not exist or is no longer at revision `basedOn`. */
  revise<T>(
    owner: UserPrincipal,
    id: string,
    basedOn: number,
    revision: NewRevision,
    beforeCommit: BeforeCommit<Canvas, T>,
  ): Promise<T | undefined>;
  revisions(owner: UserPrincipal, id: string): Promise<Revision[]>;
  findRevision(owner: UserPrincipal, id: string, revision: number): Promise<CanvasContent | undefined>;
  /** Returns true if the canvas existed. Keeps it if `check` throws. */
  remove(owner: UserPrincipal, id: string, check: (canvas: Canvas) => void): Promise<boolean>;
}

export function createCanvasStore(db: Kysely<Database>): CanvasStore {
  return {
    find: (owner, id) => asUser(db, owner, (tx) => selectCanvas(tx, id)),

    list: (owner, page) =>
      asUser(db, owner, async (tx) => {
        const own = tx.selectFrom('canvases').selectAll().where('user_id', '=', owner.userId);
        return mapPage(await selectPage(own, newestFirst, page), toCanvas);
      }),

    revise: (owner, id, basedOn, revision, beforeCommit) =>
      asUser(db, owner, async (tx) => {
        const row = await tx
          .updateTable('canvases')
          .set({ ...toColumns(revision.content), revision: basedOn + 1, updated_at: new Date() })
          .where('id', '=', id)
          .where('revision', '=', basedOn)
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        await insertRevision(tx, row, revision);
        return beforeCommit(tx, toCanvas(row));
      }),

    revisions: (owner, id) =>
      asUser(db, owner, async (tx) => {
        const rows = await tx
          .selectFrom('canvas_revisions')
          .select(['revision', 'created_at', 'source', 'changed'])
          .where('canvas_id', '=', id)
          .orderBy('revision', 'desc')
          .execute();
        return rows.map((row) => ({
          revision: row.revision,
          createdAt: row.created_at.toISOString(),
          source: row.source,
          changed: row.changed as Section[],
        }));
      }),

    findRevision: (owner, id, revision) =>
      asUser(db, owner, async (tx) => {
        const row = await tx
          .selectFrom('canvas_revisions')
          .select(['business_description', 'industry', 'target_market', 'blocks'])
          .where('canvas_id', '=', id)
          .where('revision', '=', revision)
          .executeTakeFirst();
        return row && toContent(row);
      }),

    remove: (owner, id, check) =>
      asUser(db, owner, async (tx) => {
        const row = await tx.deleteFrom('canvases').where('id', '=', id).returningAll().executeTakeFirst();
        if (!row) return false;
        check(toCanvas(row));
        return true;
      }),
  };
}

const newestFirst = listOrder('desc', { created_at: 'timestamptz', id: 'uuid' });

/** Inserts a canvas with its first revision. */
export async function insertCanvas(
  tx: Kysely<Database>,
  userId: string,
  id: string,
  revision: NewRevision,
): Promise<Canvas> {
  const row = await tx
    .insertInto('canvases')
    .values({ id, user_id: userId, revision: 1, ...toColumns(revision.content) })
    .returningAll()
    .executeTakeFirstOrThrow();
  await insertRevision(tx, row, revision);
  return toCanvas(row);
}

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
