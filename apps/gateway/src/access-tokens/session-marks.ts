import type { Keys, Redis } from '@valuecanvas/redis';
import { everySession, type FoundMarks, type SessionMark, type ShownToken } from './session-verdict.ts';

/** Revocations in Redis. They are kept for the longest lifetime of an access token. */
export interface SessionMarks {
  write(mark: SessionMark): Promise<void>;
  read(shown: ShownToken): Promise<FoundMarks>;
}

export function createSessionMarks(redis: Redis, keys: Keys, tokenMs: number): SessionMarks {
  const sessionKey = (sessionId: string) => keys('ended-session', sessionId);
  const userKey = (userId: string) => keys('ended-sessions-of', userId);
  return {
    async write(mark) {
      if ('sessionId' in mark) {
        await redis.set(sessionKey(mark.sessionId), '1', 'PX', tokenMs);
        return;
      }
      const key = userKey(mark.userId);
      // GT: a delayed write must not overwrite a newer revocation. MULTI: the key must not stay without expiry.
      const written = await redis
        .multi()
        .zadd(key, 'GT', String(mark.at), mark.exceptSession ?? everySession)
        .pexpire(key, tokenMs)
        .exec();
      const [fault] = written?.flatMap(([error]) => error ?? []) ?? [];
      if (fault) throw fault;
    },
    async read({ userId, sessionId }) {
      const [session, ofUser] = await Promise.all([
        sessionId === undefined ? 0 : redis.exists(sessionKey(sessionId)),
        redis.zrange(userKey(userId), '0', '-1', 'WITHSCORES'),
      ]);
      return { session: session > 0, ofUser: timesOf(ofUser) };
    },
  };
}

/** Parses the reply of ZRANGE WITHSCORES, which alternates members and scores. */
function timesOf(flat: readonly string[]): ReadonlyMap<string, number> {
  const pairs = flat.flatMap((member, index) =>
    index % 2 === 0 ? [[member, Number(flat[index + 1])] as const] : [],
  );
  return new Map(pairs);
}
