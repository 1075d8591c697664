import { acrossUsers } from '@valuecanvas/postgres';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';
import { endSessions, endSessionsOf } from './end-sessions.ts';

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  /** The hash that the password was compared with. */
  readonly passwordHash: string;
  readonly tokenHash: Buffer;
  readonly userAgent: string | null;
  readonly at: Date;
}

/** The outcome of presenting a refresh token. */
export type Rotation =
  | {
      readonly outcome: 'rotated';
      readonly sessionId: string;
      readonly userId: string;
      readonly openedAt: Date;
      /** The active token, sealed under the presented one. */
      readonly sealed: Buffer;
    }
  | { readonly outcome: 'reused'; readonly sessionId: string }
  | { readonly outcome: 'unknown' };

/** A refresh token that may become the active token of its session. */
export interface NewRefreshToken {
  readonly hash: Buffer;
  /** The token, sealed under its parent. */
  readonly sealed: Buffer;
}

/** Sessions and their refresh tokens, hashed and sealed. */
export interface AuthSessionsStore {
  /** Opens a session and records the login of its user. Returns false if the password has changed in the meantime. */
  open(session: NewSession): Promise<boolean>;
  /**
   * Replaces the active refresh token by `next`. The parent of the active token yields the active token again. Any older
   * token is a reuse and ends its session.
   */
  rotate(hash: Buffer, next: NewRefreshToken, at: Date): Promise<Rotation>;
  end(sessionId: string, at: Date): Promise<void>;
  /** Ends all sessions of a user, except `exceptSession` if given. */
  endAllOf(userId: string, at: Date, exceptSession?: string): Promise<void>;
  /** Returns true if the session exists and has not been ended. */
  isLive(sessionId: string): Promise<boolean>;
  /** Deletes sessions that have not been used for `idleMs`, in batches, until the signal is aborted. */
  forget(at: Date, signal?: AbortSignal): Promise<void>;
}

/** A session ends if it is not refreshed for this long. */
export const idleMs = 30 * 24 * 60 * 60 * 1_000;

/** Number of sessions deleted in one transaction. */
const forgetBatch = 1_000;

export function createAuthSessionsStore(db: Kysely<Database>): AuthSessionsStore {
  return {
    open: (session) =>
      acrossUsers(db, async (tx) => {
        const { id, userId, passwordHash, userAgent, at } = session;
        // Locks the user's row, so that a concurrent change of the password is seen.
        const { numUpdatedRows } = await tx
          .updateTable('auth.users')
          .set({ last_sign_in_at: at })
          .where('id', '=', userId)
          .where('encrypted_password', '=', passwordHash)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await tx
          .insertInto('vc_private.auth_sessions')
          .values({ id, user_id: userId, user_agent: userAgent, created_at: at, refreshed_at: at })
          .execute();
        await insertToken(tx, { hash: session.tokenHash, sealed: null, sessionId: id, parentId: null, at });
        return true;
      }),
    rotate: (hash, next, at) =>
      acrossUsers(db, async (tx) => {
        const presented = await findToken(tx, hash);
        if (!presented || presented.ended_at || presented.revoked_at || isIdle(presented, at))
          return { outcome: 'unknown' };
        const { id: parentId, session_id: sessionId, user_id: userId, opened_at: openedAt } = presented;
        const rotated = (sealed: Buffer): Rotation => ({
          outcome: 'rotated',
          sessionId,
          userId,
          openedAt,
          sealed,
        });
        if (presented.used_at) {
          const active = await findUnusedChildren(tx, parentId);
          if (active.length === 0) {
            await endSessions(tx, [sessionId], at);
            return { outcome: 'reused', sessionId };
          }
          const sealed = active.find((token) => token.sealed !== null)?.sealed;
          if (sealed) return rotated(sealed);
          // The previous release stored only the hash of the active token. A sibling is issued, as that release does.
        } else {
          await consumeTokens(tx, sessionId, at);
        }
        await insertToken(tx, { ...next, sessionId, parentId, at });
        return rotated(next.sealed);
      }),
    end: (sessionId, at) => acrossUsers(db, (tx) => endSessions(tx, [sessionId], at)),
    endAllOf: (userId, at, exceptSession) =>
      acrossUsers(db, (tx) => endSessionsOf(tx, { userId, exceptSession, at })),
    isLive: (sessionId) =>
      acrossUsers(db, async (tx) => {
        const live = await tx
          .selectFrom('vc_private.auth_sessions')
          .select('id')
          .where('id', '=', sessionId)
          .where('ended_at', 'is', null)
          .executeTakeFirst();
        return live !== undefined;
      }),
    async forget(at, signal) {
      let forgotten = forgetBatch;
      while (forgotten === forgetBatch && !signal?.aborted)
        forgotten = await acrossUsers(db, (tx) => forgetSome(tx, at));
    },
  };
}

/** Locks the session before it reads the token, so that concurrent uses see each other's changes. */
async function findToken(tx: Kysely<Database>, hash: Buffer) {
  const found = await tx
    .selectFrom('vc_private.auth_refresh_tokens')
    .select('session_id')
    .where('token_hash', '=', hash)
    .executeTakeFirst();
  if (!found) return undefined;
  const session = await tx
    .selectFrom('vc_private.auth_sessions')
    .select(['user_id', 'created_at as opened_at', 'refreshed_at', 'ended_at'])
    .where('id', '=', found.session_id)
    .forUpdate()
    .executeTakeFirst();
  const token = await tx
    .selectFrom('vc_private.auth_refresh_tokens')
    .select(['id', 'session_id', 'used_at', 'revoked_at'])
    .where('token_hash', '=', hash)
    .executeTakeFirst();
  return session && token && { ...session, ...token };
}

function findUnusedChildren(tx: Kysely<Database>, parentId: bigint) {
  return tx
    .selectFrom('vc_private.auth_refresh_tokens')
    .select('sealed_token as sealed')
    .where('parent_id', '=', parentId)
    .where('used_at', 'is', null)
    .execute();
}

function isIdle(
  session: { readonly refreshed_at: Date | null; readonly opened_at: Date },
  at: Date,
): boolean {
  return at.getTime() - (session.refreshed_at ?? session.opened_at).getTime() >= idleMs;
}

/** Deletes one batch of idle sessions. Their refresh tokens are deleted by cascade. */
async function forgetSome(tx: Kysely<Database>, at: Date): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('vc_private.auth_sessions')
    .where('id', 'in', (query) =>
      query
        .selectFrom('vc_private.auth_sessions')
        .select('id')
        .where(({ fn }) => fn.coalesce('refreshed_at', 'created_at'), '<', new Date(at.getTime() - idleMs))
        .limit(forgetBatch),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/**
 * Marks the active token of a session as used and deletes its sealed copy, so that a holder of an old token cannot open a
 * chain of stored tokens. The previous release can have issued several active tokens. All of them become used.
 */
async function consumeTokens(tx: Kysely<Database>, sessionId: string, at: Date): Promise<void> {
  await tx
    .deleteFrom('vc_private.auth_refresh_tokens')
    .where('session_id', '=', sessionId)
    .where('used_at', '<', new Date(at.getTime() - idleMs))
    .execute();
  await tx
    .updateTable('vc_private.auth_refresh_tokens')
    .set({ used_at: at, sealed_token: null })
    .where('session_id', '=', sessionId)
    .where('used_at', 'is', null)
    .execute();
  await tx
    .updateTable('vc_private.auth_sessions')
    .set({ refreshed_at: at })
    .where('id', '=', sessionId)
    .execute();
}

async function insertToken(
  tx: Kysely<Database>,
  token: { hash: Buffer; sealed: Buffer | null; sessionId: string; parentId: bigint | null; at: Date },
): Promise<void> {
  await tx
    .insertInto('vc_private.auth_refresh_tokens')
    .values({
      token_hash: token.hash,
      sealed_token: token.sealed,
      session_id: token.sessionId,
      parent_id: token.parentId,
      created_at: token.at,
    })
    .execute();
}
