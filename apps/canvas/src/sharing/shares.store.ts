import type { Share } from '@valuecanvas/contracts-canvas';
import { type ListPage, mapPage, type PageRequest, type UserPrincipal } from '@valuecanvas/contracts-core';
import { acrossUsers, asUser, listOrder, selectPage } from '@valuecanvas/postgres';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { CanvasContent } from '../canvases/canvas-content.ts';
import { type CanvasRow, toContent } from '../canvases/canvas-row.ts';
import type { CanvasSharesTable, Database } from '../db.ts';

type SharedRow = { readonly canvas_id: string } & Pick<
  CanvasRow,
  'title' | 'business_description' | 'industry' | 'target_market' | 'blocks' | 'revision' | 'updated_at'
>;

/** The canvas to which a link leads. */
export interface StoredShared {
  readonly canvasId: string;
  readonly revision: number;
  readonly updatedAt: Date;
  readonly content: CanvasContent;
}

export type SharesStore = ReturnType<typeof createSharesStore>;

/** Links to canvases. Their secrets are stored as hashes only. */
export function createSharesStore(db: Kysely<Database>) {
  return {
    insert(
      owner: UserPrincipal,
      share: {
        readonly id: string;
        readonly canvasId: string;
        readonly tokenHash: Buffer;
        readonly expiresAt: Date | null;
      },
    ): Promise<Share> {
      return asUser(db, owner, async (tx) => {
        const row = await tx
          .insertInto('vc_private.canvas_shares')
          .values({
            id: share.id,
            canvas_id: share.canvasId,
            user_id: owner.userId,
            token_hash: share.tokenHash,
            expires_at: share.expiresAt,
          })
          .returning(shareColumns)
          .executeTakeFirstOrThrow();
        return toShare(row);
      });
    },

    /** Newest first. */
    list(owner: UserPrincipal, canvasId: string, page: PageRequest): Promise<ListPage<Share>> {
      return asUser(db, owner, async (tx) => {
        const links = tx
          .selectFrom('vc_private.canvas_shares')
          .select(shareColumns)
          .where('user_id', '=', owner.userId)
          .where('canvas_id', '=', canvasId);
        return mapPage(await selectPage(links, newestFirst, page), toShare);
      });
    },

    /** Returns true if the link existed. */
    remove(owner: UserPrincipal, canvasId: string, id: string): Promise<boolean> {
      return asUser(db, owner, async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom('vc_private.canvas_shares')
          .where('id', '=', id)
          .where('canvas_id', '=', canvasId)
          .executeTakeFirst();
        return numDeletedRows > 0n;
      });
    },

    /** Returns undefined if no valid link has this secret. */
    findShared(tokenHash: Buffer): Promise<StoredShared | undefined> {
      return acrossUsers(db, async (tx) => {
        const { rows } = await sql<SharedRow>`select * from vc_private.shared_canvas(${tokenHash})`.execute(
          tx,
        );
        const [row] = rows;
        if (!row) return undefined;
        const { canvas_id: canvasId, revision, updated_at: updatedAt } = row;
        return { canvasId, revision, updatedAt, content: toContent(row) };
      });
    },
  };
}

const shareColumns = ['id', 'created_at', 'expires_at', 'last_opened_at'] as const;

const newestFirst = listOrder('desc', { created_at: 'timestamptz', id: 'uuid' });

function toShare(row: Pick<Selectable<CanvasSharesTable>, (typeof shareColumns)[number]>): Share {
  return {
    id: row.id,
    createdAt: row.created_at.toISOString(),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.toISOString() }),
    ...(row.last_opened_at === null ? {} : { lastOpenedAt: row.last_opened_at.toISOString() }),
  };
}
