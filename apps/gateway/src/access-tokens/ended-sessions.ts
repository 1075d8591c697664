import type { Keys, Redis } from '@valuecanvas/redis';
import type { Logger } from '@valuecanvas/service-kit';
import { LRUCache } from 'lru-cache';
import { createFailOpenCall } from '../bounded-work/fail-open-call.ts';
import { createOwnMarks } from './own-marks.ts';
import { createSessionMarks } from './session-marks.ts';
import { noMarks, type SessionMark, type ShownToken, verdictOf } from './session-verdict.ts';

/** Reads from the session store whether the session of a token is live. Returns undefined if the store is unavailable. */
export type AskRecord = (shown: ShownToken) => Promise<boolean | undefined>;

/**
 * Revoked sessions, whose access tokens have not expired yet. This process refuses a revoked token immediately. Other
 * processes refuse it as soon as they verify it again, within 30 s.
 */
export interface EndedSessions {
  /**
   * Revokes a session. Call it after the session has ended in the session store. Never rejects: if Redis is unavailable,
   * the revocation is written later.
   */
  end(sessionId: string): Promise<void>;
  /** Revokes all current sessions of a user, except `exceptSession` if given. */
  endAllOf(userId: string, options?: { readonly exceptSession?: string }): Promise<void>;
  /** Increases with every revocation by this process. Cached results of an earlier version may be stale. */
  version(): number;
  /** Returns true if a revocation by this process revokes the token, or may do so. Synchronous, without I/O. */
  isTouched(shown: ShownToken): boolean;
  /** Returns whether the token is revoked. Returns false if the stores do not respond within a quarter of a second. */
  isEnded(shown: ShownToken): Promise<boolean>;
}

/** A request that waits longer for Redis goes on without it. */
const redisTimeoutMs = 100;

/** Largest number of revocations that wait for Redis. The oldest are dropped. */
const maxUntold = 10_000;

/**
 * Shares revocations with the other processes through Redis, which keeps them for `tokenSeconds`, the longest lifetime of
 * a token. Redis may have missed or lost revocations during an outage. It is therefore trusted alone only after it has
 * been available for `tokenSeconds`. Until then `record`, if given, is asked as well.
 */
export function createEndedSessions(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly tokenSeconds: number;
  /** Asked if a token was issued too close to a revocation of all sessions to tell which came first. */
  readonly confirm: AskRecord;
  readonly record?: AskRecord;
  readonly now: () => number;
  readonly log: Logger;
}): EndedSessions {
  const { redis, now, confirm, record } = options;
  const tokenMs = options.tokenSeconds * 1_000;
  const marks = createSessionMarks(redis, options.keys, tokenMs);
  const own = createOwnMarks();
  let version = 0;
  const untold = new LRUCache<string, SessionMark>({ max: maxUntold });
  let believedFrom = now() + tokenMs;

  const call = createFailOpenCall({
    timeoutMs: redisTimeoutMs,
    onFailure: (err) =>
      options.log.warn({ err }, 'session revocation: Redis unavailable, revocations not shared'),
  });
  const askRedis = async <T>(question: () => Promise<T>): Promise<T | undefined> => {
    const answer = redis.status === 'ready' ? await call(question) : undefined;
    if (answer === undefined) believedFrom = now() + tokenMs;
    return answer;
  };

  const tell = async (mark: SessionMark): Promise<void> => {
    await marks.write(mark);
    if (untold.get(nameOf(mark)) === mark) untold.delete(nameOf(mark));
  };
  /** Failed writes are repeated once Redis is available again. */
  const tellAll = async (): Promise<void> => {
    await Promise.allSettled([...untold.values()].map(tell));
  };
  redis.on('ready', () => void tellAll());

  const note = async (mark: SessionMark): Promise<void> => {
    own.add(mark);
    version += 1;
    untold.set(nameOf(mark), mark);
    await askRedis(async () => {
      await tell(mark);
      return true;
    });
  };

  return {
    end: (sessionId) => note({ sessionId }),
    endAllOf: (userId, { exceptSession } = {}) => note({ userId, exceptSession, at: now() }),
    version: () => version,
    isTouched: (shown) => verdictOf(shown, own.of(shown)) !== 'live',
    async isEnded(shown) {
      const found = await askRedis(() => marks.read(shown));
      if (found && untold.size > 0) void tellAll();
      const verdict = verdictOf(shown, own.of(shown), found ?? noMarks);
      if (verdict === 'unsure') return (await confirm(shown)) !== true;
      if (verdict === 'ended' || !record || now() >= believedFrom) return verdict === 'ended';
      return (await record(shown)) === false;
    },
  };
}

/** Key of a pending write. A later write with the same key replaces an earlier one. */
function nameOf(mark: SessionMark): string {
  return 'sessionId' in mark ? mark.sessionId : `${mark.userId} ${mark.exceptSession ?? ''}`;
}
