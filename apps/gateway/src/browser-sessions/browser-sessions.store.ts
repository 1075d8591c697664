import { acrossUsers } from '@valuecanvas/postgres';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';

export interface NewBrowserSession {
  readonly hash: Buffer;
  readonly userId: string;
  readonly sealed: Buffer;
  readonly at: Date;
  readonly expiresAt: Date;
}

export interface StoredBrowserSession {
  readonly sealed: Buffer;
  readonly expiresAt: Date;
}

/** Browser sessions, keyed by the hash of their cookie. */
export interface BrowserSessionsStore {
  /** Stores a session and deletes expired ones. */
  insert(session: NewBrowserSession): Promise<void>;
  find(hash: Buffer, at: Date): Promise<StoredBrowserSession | undefined>;
  /** Replaces the tokens if they are still `before`. Returns false if another process has replaced them. */
  replace(hash: Buffer, sealed: { readonly before: Buffer; readonly after: Buffer }): Promise<boolean>;
  delete(hash: Buffer): Promise<void>;
}

export function createBrowserSessionsStore(db: Kysely<Database>): BrowserSessionsStore {
  return {
    insert: ({ hash, userId, sealed, at, expiresAt }) =>
      acrossUsers(db, async (tx) => {
        await tx.deleteFrom('vc_private.browser_sessions').where('expires_at', '<=', at).execute();
        await tx
          .insertInto('vc_private.browser_sessions')
          .values({
            cookie_hash: hash,
            user_id: userId,
            sealed_tokens: sealed,
            created_at: at,
            expires_at: expiresAt,
          })
          .execute();
      }),
    find: (hash, at) =>
      acrossUsers(db, (tx) =>
        tx
          .selectFrom('vc_private.browser_sessions')
          .select(['sealed_tokens as sealed', 'expires_at as expiresAt'])
          .where('cookie_hash', '=', hash)
          .where('expires_at', '>', at)
          .executeTakeFirst(),
      ),
    async replace(hash, { before, after }) {
      const { numUpdatedRows } = await acrossUsers(db, (tx) =>
        tx
          .updateTable('vc_private.browser_sessions')
          .set({ sealed_tokens: after })
          .where('cookie_hash', '=', hash)
          .where('sealed_tokens', '=', before)
          .executeTakeFirst(),
      );
      return numUpdatedRows > 0n;
    },
    async delete(hash) {
      await acrossUsers(db, (tx) =>
        tx.deleteFrom('vc_private.browser_sessions').where('cookie_hash', '=', hash).execute(),
      );
    },
  };
}
