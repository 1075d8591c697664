import { acrossUsers } from '@valuecanvas/postgres';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';
import { endSessions, endSessionsOf } from './end-sessions.ts';

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  /** What the password was checked against. */
  readonly passwordHash: string;
  readonly tokenHash: Buffer;
  readonly userAgent: string | null;
  readonly at: Date;
}

/** What became of a refresh token that was shown. */
export type Rotation =
  | {
      readonly outcome: 'rotated';
      readonly sessionId: string;
      readonly userId: string;
      readonly openedAt: Date;
    }
  | { readonly outcome: 'reused'; readonly sessionId: string }
  | { readonly outcome: 'unknown' };

/** Sessions and their refresh tokens; of the tokens, only hashes. */
export interface AuthSessionsStore {
  /** Opens a session and notes the login on its user; false where the user has another password by now. */
  open(session: NewSession): Promise<boolean>;
  /** Replaces one token of a session by the next. A token used before ends its session, see `graceMs`. */
  rotate(hash: Buffer, nextHash: Buffer, at: Date): Promise<Rotation>;
  end(sessionId: string, at: Date): Promise<void>;
  /** Ends all sessions of a user, but for one where it is named. */
  endAllOf(userId: string, at: Date, exceptSession?: string): Promise<void>;
  /** Whether a session is there and has not been ended. */
  isLive(sessionId: string): Promise<boolean>;
  /** Deletes sessions that have not been used for `idleMs`, in batches, until the signal is aborted. */
  forget(at: Date, signal?: AbortSignal): Promise<void>;
}

/**
 * Milliseconds in which a used token is accepted once more, if what replaced it has not been used: the answer may have
 * been lost, or two tabs refreshed at once. Supabase Auth's default.
 */
export const graceMs = 10_000;

/** Milliseconds after which a session that nobody refreshes is over: 30 days. */
export const idleMs = 30 * 24 * 60 * 60 * 1_000;

/** Sessions that are forgotten in one transaction. */
const forgetBatch = 1_000;

export function createAuthSessionsStore(db: Kysely<Database>): AuthSessionsStore {
  return {
    open: (session) =>
      acrossUsers(db, async (tx) => {
        const { id, userId, passwordHash, userAgent, at } = session;
        // Locks the user's row: of a login and a change of its password at once, one sees what the other did.
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
        await insertToken(tx, { hash: session.tokenHash, sessionId: id, parentId: null, at });
        return true;
      }),
    rotate: (hash, nextHash, at) =>
      acrossUsers(db, async (tx) => {
        const shown = await findToken(tx, hash);
        if (!shown || shown.ended_at || shown.revoked_at || isIdle(shown, at)) return { outcome: 'unknown' };
        if (shown.used_at && !(await mayBeRepeated(tx, { id: shown.id, usedAt: shown.used_at }, at))) {
          await endSessions(tx, [shown.session_id], at);
          return { outcome: 'reused', sessionId: shown.session_id };
        }
        if (!shown.used_at) await consumeTokens(tx, shown.session_id, at);
        await insertToken(tx, { hash: nextHash, sessionId: shown.session_id, parentId: shown.id, at });
        return {
          outcome: 'rotated',
          sessionId: shown.session_id,
          userId: shown.user_id,
          openedAt: shown.opened_at,
        };
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

/** Locks the session before it reads the token, so that of two uses at once the second sees what the first did. */
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

async function mayBeRepeated(
  tx: Kysely<Database>,
  token: { readonly id: bigint; readonly usedAt: Date },
  at: Date,
): Promise<boolean> {
  if (at.getTime() - token.usedAt.getTime() >= graceMs) return false;
  const unusedChild = await tx
    .selectFrom('vc_private.auth_refresh_tokens')
    .select('id')
    .where('parent_id', '=', token.id)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return unusedChild !== undefined;
}

function isIdle(
  session: { readonly refreshed_at: Date | null; readonly opened_at: Date },
  at: Date,
): boolean {
  return at.getTime() - (session.refreshed_at ?? session.opened_at).getTime() >= idleMs;
}

/** Their refresh tokens go with them. */
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

/** All that are still unused: where a token was repeated there are several, and only the one in use may live on. */
async function consumeTokens(tx: Kysely<Database>, sessionId: string, at: Date): Promise<void> {
  await tx
    .deleteFrom('vc_private.auth_refresh_tokens')
    .where('session_id', '=', sessionId)
    .where('used_at', '<', new Date(at.getTime() - idleMs))
    .execute();
  await tx
    .updateTable('vc_private.auth_refresh_tokens')
    .set({ used_at: at })
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
  token: { hash: Buffer; sessionId: string; parentId: bigint | null; at: Date },
): Promise<void> {
  await tx
    .insertInto('vc_private.auth_refresh_tokens')
    .values({
      token_hash: token.hash,
      session_id: token.sessionId,
      parent_id: token.parentId,
      created_at: token.at,
    })
    .execute();
}
