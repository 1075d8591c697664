import type { Blocks, Canvas, Revision, Section } from '@valuecanvas/contracts-canvas';
import type { UserPrincipal } from '@valuecanvas/contracts-core';
import { asUser } from '@valuecanvas/postgres';
import type { Kysely, Selectable } from 'kysely';
import type { CanvasesTable, Database } from '../db.ts';

/** What a revision holds: all that a user can change. */
export interface CanvasContent {
  readonly businessDescription: string;
  readonly industry?: string | undefined;
  readonly targetMarket?: string | undefined;
  readonly blocks: Blocks;
}

export interface NewRevision {
  readonly content: CanvasContent;
  readonly source: Revision['source'];
  readonly changed: readonly Section[];
}

/** Where in the list of canvases a page ends. */
export interface CanvasPosition {
  readonly createdAt: Date;
  readonly id: string;
}

/** Canvases and their history; every method sees and changes only what the user owns. */
export interface CanvasStore {
  create(owner: UserPrincipal, id: string, revision: NewRevision): Promise<Canvas>;
  find(owner: UserPrincipal, id: string): Promise<Canvas | undefined>;
  list(owner: UserPrincipal, limit: number, after: CanvasPosition | undefined): Promise<Canvas[]>;
  /** Undefined where the canvas is not there or is not at `basedOn` any more. */
  revise(
    owner: UserPrincipal,
    id: string,
    basedOn: number,
    revision: NewRevision,
  ): Promise<Canvas | undefined>;
  revisions(owner: UserPrincipal, id: string): Promise<Revision[]>;
  findRevision(owner: UserPrincipal, id: string, revision: number): Promise<CanvasContent | undefined>;
  /** Whether there was one. */
  remove(owner: UserPrincipal, id: string): Promise<boolean>;
}

export function createCanvasStore(db: Kysely<Database>): CanvasStore {
  return {
    create: (owner, id, revision) =>
      asUser(db, owner, async (tx) => {
        const row = await tx
          .insertInto('canvases')
          .values({ id, user_id: owner.userId, revision: 1, ...toColumns(revision.content) })
          .returningAll()
          .executeTakeFirstOrThrow();
        await keep(tx, row, revision);
        return toCanvas(row);
      }),

    find: (owner, id) =>
      asUser(db, owner, async (tx) => {
        const row = await tx.selectFrom('canvases').selectAll().where('id', '=', id).executeTakeFirst();
        return row && toCanvas(row);
      }),

    list: (owner, limit, after) =>
      asUser(db, owner, async (tx) => {
        const rows = await tx
          .selectFrom('canvases')
          .selectAll()
          .where('user_id', '=', owner.userId)
          .$if(after !== undefined, (query) =>
            query.where(({ eb, refTuple, tuple }) =>
              eb(refTuple('created_at', 'id'), '<', tuple(after?.createdAt ?? new Date(), after?.id ?? '')),
            ),
          )
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .execute();
        return rows.map(toCanvas);
      }),

    revise: (owner, id, basedOn, revision) =>
      asUser(db, owner, async (tx) => {
        const row = await tx
          .updateTable('canvases')
          .set({ ...toColumns(revision.content), revision: basedOn + 1, updated_at: new Date() })
          .where('id', '=', id)
          .where('revision', '=', basedOn)
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        await keep(tx, row, revision);
        return toCanvas(row);
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

    remove: (owner, id) =>
      asUser(db, owner, async (tx) => {
        const { numDeletedRows } = await tx.deleteFrom('canvases').where('id', '=', id).executeTakeFirst();
        return numDeletedRows > 0n;
      }),
  };
}

type Row = Selectable<CanvasesTable>;

async function keep(
  tx: Kysely<Database>,
  row: Row,
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

function toColumns({ businessDescription, industry, targetMarket, blocks }: CanvasContent) {
  return {
    business_description: businessDescription,
    industry: industry ?? null,
    target_market: targetMarket ?? null,
    blocks: JSON.stringify(blocks),
  };
}

function toContent(
  row: Pick<Row, 'business_description' | 'industry' | 'target_market' | 'blocks'>,
): CanvasContent {
  return {
    businessDescription: row.business_description,
    ...(row.industry === null ? {} : { industry: row.industry }),
    ...(row.target_market === null ? {} : { targetMarket: row.target_market }),
    blocks: row.blocks as Blocks,
  };
}

function toCanvas(row: Row): Canvas {
  const { blocks, ...words } = toContent(row);
  return {
    id: row.id,
    userId: row.user_id,
    ...(words as Omit<CanvasContent, 'blocks' | 'industry' | 'targetMarket'>),
    ...blocks,
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
