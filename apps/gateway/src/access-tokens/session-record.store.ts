import { acrossUsers } from '@valuecanvas/postgres';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';

/** What the table of sessions says. */
export interface SessionRecordStore {
  /** False where the session was ended, and where there is no such session, as when its user was deleted. */
  isLive(sessionId: string): Promise<boolean>;
}

export function createSessionRecordStore(db: Kysely<Database>): SessionRecordStore {
  return {
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
  };
}
