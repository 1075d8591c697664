import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';

/** Ends all sessions of a user, except `exceptSession` if given, within a transaction. */
export async function endSessionsOf(
  tx: Kysely<Database>,
  {
    userId,
    exceptSession,
    at,
  }: { readonly userId: string; readonly exceptSession: string | undefined; readonly at: Date },
): Promise<void> {
  const live = await tx
    .selectFrom('vc_private.auth_sessions')
    .select('id')
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .$if(exceptSession !== undefined, (query) => query.where('id', '!=', exceptSession ?? ''))
    .execute();
  await endSessions(
    tx,
    live.map(({ id }) => id),
    at,
  );
}

/** Ends sessions and revokes their refresh tokens, within a transaction. */
export async function endSessions(
  tx: Kysely<Database>,
  sessionIds: readonly string[],
  at: Date,
): Promise<void> {
  if (sessionIds.length === 0) return;
  await tx
    .updateTable('vc_private.auth_sessions')
    .set({ ended_at: at })
    .where('id', 'in', sessionIds)
    .where('ended_at', 'is', null)
    .execute();
  await tx
    .updateTable('vc_private.auth_refresh_tokens')
    .set({ revoked_at: at })
    .where('session_id', 'in', sessionIds)
    .where('revoked_at', 'is', null)
    .execute();
}
