import type { Keys, Redis } from '@valuecanvas/redis';
import type { Logger } from '@valuecanvas/service-kit';
import { LRUCache } from 'lru-cache';
import { createFailOpenCall } from '../bounded-work/fail-open-call.ts';
import { createLocalRevocations } from './local-revocations.ts';
import { createRedisRevocations } from './redis-revocations.ts';
import { noRevocations, type PresentedToken, type Revocation, verdictOf } from './revocation.ts';

/** Reads from the session store whether the session of a token is live. Returns undefined if the store is unavailable. */
export type CheckSession = (token: PresentedToken) => Promise<boolean | undefined>;

/**
 * Revoked sessions, whose access tokens have not expired yet. This process refuses a revoked token immediately. Other
 * processes refuse it as soon as they verify it again, within 30 s.
 */
export interface RevocationList {
  /**
   * Revokes a session. Call it after the session has ended in the session store. Never rejects: if Redis is unavailable,
   * the revocation is written later.
   */
  revoke(sessionId: string): Promise<void>;
  /** Revokes all current sessions of a user, except `exceptSession` if given. */
  revokeAllOf(userId: string, options?: { readonly exceptSession?: string }): Promise<void>;
  /** Increases with every revocation by this process. Cached results of an earlier version may be stale. */
  version(): number;
  /** Returns true if a revocation by this process revokes the token, or may do so. Synchronous, without I/O. */
  mayBeRevoked(token: PresentedToken): boolean;
  /** Returns whether the token is revoked. Returns false if the stores do not respond within a quarter of a second. */
  isRevoked(token: PresentedToken): Promise<boolean>;
}

/** A request that waits longer for Redis goes on without it. */
const redisTimeoutMs = 100;

/** Largest number of revocations that wait for Redis. The oldest are dropped. */
const maxUnwritten = 10_000;

/**
 * Shares revocations with the other processes through Redis, which keeps them for `tokenSeconds`, the longest lifetime of
 * a token. Redis may have missed or lost revocations during an outage. It is therefore trusted alone only after it has
 * been available for `tokenSeconds`. Until then `record`, if given, is asked as well.
 */
export function createRevocationList(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly tokenSeconds: number;
  /** Asked if a token was issued too close to a revocation of all sessions to tell which came first. */
  readonly confirm: CheckSession;
  readonly record?: CheckSession;
  readonly now: () => number;
  readonly log: Logger;
}): RevocationList {
  const { redis, now, confirm, record } = options;
  const tokenMs = options.tokenSeconds * 1_000;
  const shared = createRedisRevocations(redis, options.keys, tokenMs);
  const local = createLocalRevocations();
  let version = 0;
  const unwritten = new LRUCache<string, Revocation>({ max: maxUnwritten });
  let trustedFrom = now() + tokenMs;

  const call = createFailOpenCall({
    timeoutMs: redisTimeoutMs,
    onFailure: (err) =>
      options.log.warn({ err }, 'session revocation: Redis unavailable, revocations not shared'),
  });
  const callRedis = async <T>(command: () => Promise<T>): Promise<T | undefined> => {
    const answer = redis.status === 'ready' ? await call(command) : undefined;
    if (answer === undefined) trustedFrom = now() + tokenMs;
    return answer;
  };

  const write = async (revocation: Revocation): Promise<void> => {
    await shared.write(revocation);
    if (unwritten.get(keyOf(revocation)) === revocation) unwritten.delete(keyOf(revocation));
  };
  /** Failed writes are repeated once Redis is available again. */
  const writeAll = async (): Promise<void> => {
    await Promise.allSettled([...unwritten.values()].map(write));
  };
  redis.on('ready', () => void writeAll());

  const add = async (revocation: Revocation): Promise<void> => {
    local.add(revocation);
    version += 1;
    unwritten.set(keyOf(revocation), revocation);
    await callRedis(async () => {
      await write(revocation);
      return true;
    });
  };

  return {
    revoke: (sessionId) => add({ sessionId }),
    revokeAllOf: (userId, { exceptSession } = {}) => add({ userId, exceptSession, at: now() }),
    version: () => version,
    mayBeRevoked: (token) => verdictOf(token, local.of(token)) !== 'live',
    async isRevoked(token) {
      const found = await callRedis(() => shared.read(token));
      if (found && unwritten.size > 0) void writeAll();
      const verdict = verdictOf(token, local.of(token), found ?? noRevocations);
      if (verdict === 'unsure') return (await confirm(token)) !== true;
      if (verdict === 'revoked' || !record || now() >= trustedFrom) return verdict === 'revoked';
      return (await record(token)) === false;
    },
  };
}

/** Key of a pending write. A later write with the same key replaces an earlier one. */
function keyOf(revocation: Revocation): string {
  return 'sessionId' in revocation
    ? revocation.sessionId
    : `${revocation.userId} ${revocation.exceptSession ?? ''}`;
}
