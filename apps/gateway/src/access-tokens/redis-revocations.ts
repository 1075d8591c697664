import type { Keys, Redis } from '@valuecanvas/redis';
import { everySession, type KnownRevocations, type PresentedToken, type Revocation } from './revocation.ts';

/** Revocations in Redis. They are kept for the longest lifetime of an access token. */
export interface RedisRevocations {
  write(revocation: Revocation): Promise<void>;
  read(token: PresentedToken): Promise<KnownRevocations>;
}

export function createRedisRevocations(redis: Redis, keys: Keys, tokenMs: number): RedisRevocations {
  const sessionKey = (sessionId: string) => keys('ended-session', sessionId);
  const userKey = (userId: string) => keys('ended-sessions-of', userId);
  return {
    async write(revocation) {
      if ('sessionId' in revocation) {
        await redis.set(sessionKey(revocation.sessionId), '1', 'PX', tokenMs);
        return;
      }
      const key = userKey(revocation.userId);
      // GT: a delayed write must not overwrite a newer revocation. MULTI: the key must not stay without expiry.
      const written = await redis
        .multi()
        .zadd(key, 'GT', String(revocation.at), revocation.exceptSession ?? everySession)
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
