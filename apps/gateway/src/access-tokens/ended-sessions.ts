import type { Keys, Redis } from '@valuecanvas/redis';
import type { Logger } from '@valuecanvas/service-kit';
import { LRUCache } from 'lru-cache';
import { createFailOpenCall } from '../bounded-work/fail-open-call.ts';
import { createOwnMarks } from './own-marks.ts';
import { createSessionMarks } from './session-marks.ts';
import { noMarks, type SessionMark, type ShownToken, verdictOf } from './session-verdict.ts';

/** Whether the session of a token is live where sessions are kept; undefined where that cannot be asked now. */
export type AskRecord = (shown: ShownToken) => Promise<boolean | undefined>;

/**
 * Sessions that are over before their tokens expire. What is ended here is refused by this process at once, and by all
 * others as soon as they verify its token again, within half a minute.
 */
export interface EndedSessions {
  /**
   * To be called after the session was ended where sessions are kept. Always resolves: where Redis does not answer, the
   * end is told to it later.
   */
  end(sessionId: string): Promise<void>;
  /** The same for all sessions that a user has now, but for one. */
  endAllOf(userId: string, options?: { readonly exceptSession?: string }): Promise<void>;
  /** Grows with every end that this process makes: whatever was found out before may no longer hold. */
  version(): number;
  /** Whether an end that this process has made concerns the token, or may do so. Asks nobody. */
  isTouched(shown: ShownToken): boolean;
  /** Whether the token's session is over; where nobody can tell within a quarter of a second, it is not. */
  isEnded(shown: ShownToken): Promise<boolean>;
}

/** A request that waits longer for Redis goes on without it. */
const redisTimeoutMs = 100;

/** At most this many ends wait for Redis; of more, the oldest are forgotten. */
const maxUntold = 10_000;

/**
 * Ends are told to the other processes through Redis, where they stay for `tokenSeconds`, the longest life of a token.
 * As Redis may have missed or lost some while it could not be reached, it is taken at its word only once it has been
 * reachable for as long as a token lives; until then the `record` is asked too, where it is given.
 */
export function createEndedSessions(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly tokenSeconds: number;
  /** Asked where marks alone cannot tell: whether a token is from just before or just after the end of all others. */
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
  /** What fails is told when Redis is back, or answers a question. */
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

/** Marks of the same name take each other's place. */
function nameOf(mark: SessionMark): string {
  return 'sessionId' in mark ? mark.sessionId : `${mark.userId} ${mark.exceptSession ?? ''}`;
}
