import { costAlert, llmUsage } from '@valuecanvas/contracts-llm-router';
import { streamOf } from '@valuecanvas/journal';
import type { Keys, Redis } from '@valuecanvas/redis';
import type { AnswerCache, CachedAnswer } from './answer-cache.ts';
import { counterAt, numberOf } from './counters.ts';
import { createLeases, createUnconfirmedAdmissions, leaseOf } from './leases.ts';
import { RedisUnavailableError } from './redis-unavailable.ts';
import {
  type CacheMode,
  defineCallScripts,
  runAdmit,
  type SettleCacheMode,
  settleValues,
  storeAnswerValues,
} from './scripts.ts';
import { createSeeding, type SpentSource } from './seeding.ts';
import type {
  Admission,
  AdmissionRequest,
  CacheEntry,
  CallName,
  Settled,
  Settlement,
  StoredAnswer,
} from './types.ts';

/**
 * Admits calls, and accounts for what they reserve and spend, for all processes that share a Redis. Every operation
 * rejects with RedisUnavailableError if that Redis is unavailable.
 */
export interface AdmissionControl {
  /** Takes one round trip. If a counter must be seeded first, rejects with the errors of its source. */
  admit(request: AdmissionRequest): Promise<Admission>;
  /**
   * Takes one round trip. The call no longer counts as in flight, even if this rejects. A failed settlement may be repeated,
   * without a next attempt.
   */
  settle(settlement: Settlement): Promise<Settled>;
  /** Withdraws an admitted call for which no provider was called, as if it had never been admitted. */
  withdraw(call: CallName): Promise<void>;
  /**
   * Stores the final answer of an idempotency key: a cached answer, or a refusal before admission. Leaves a key alone that
   * another call has claimed or answered.
   */
  storeAnswer(answer: StoredAnswer): Promise<void>;
  /** Renews the leases of this process's calls, and withdraws calls whose admission was never confirmed. */
  renewLeases(): Promise<void>;
  /** Settles calls of any process whose leases have expired as lost. Returns their number. */
  expireLeases(): Promise<number>;
}

export interface AdmissionOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly now: () => number;
  readonly cache: AnswerCache;
  /** Maximum number of facts in the journal; beyond it no call is admitted. */
  readonly maxFacts: number;
  readonly spent: SpentSource;
  /** True to refuse calls at once while disconnected, instead of waiting for a connection: degraded mode is faster. */
  readonly failFast?: boolean;
  /** Receives background errors: a separate cache that is unavailable, a watched counter that cannot be seeded. */
  readonly onError: (error: unknown) => void;
}

/** Maximum number of calls that one script expires, or that one round withdraws. */
const maxCallsAtOnce = 100;

/** Maximum number of script calls: one, plus one for each counter that disappears and each call that finishes meanwhile. */
const maxAdmitCalls = 10;

/** Maximum number of remembered settlements whose hand-over to the next attempt Redis has not confirmed. */
const maxCancelledHandOvers = 10_000;

export function createAdmissionControl(options: AdmissionOptions): AdmissionControl {
  const { redis, keys, now, cache, maxFacts, failFast = false, onError } = options;
  const scripts = defineCallScripts(redis);
  const shared = {
    base: keys(''),
    usageStream: streamOf(keys, llmUsage),
    alertStream: streamOf(keys, costAlert),
  };
  const leases = createLeases({ redis, keys, now });
  const unconfirmed = createUnconfirmedAdmissions();
  const seeding = createSeeding({ scripts, keys, source: options.spent, now, onError });
  const separateCache = createSeparateCache(cache, onError);

  /** A counter that is only watched does not delay the call: its later seeding includes costs settled before. */
  const seedWatched = (absent: readonly number[], request: AdmissionRequest, time: number): void => {
    if (absent.length === 0) return;
    const watched = new Set(request.thresholds.map(numberOf));
    for (const number of absent) {
      if (watched.has(number)) seeding.seedInBackground(counterAt(number, request.userId, time));
    }
  };

  const requestAdmission = async (request: AdmissionRequest): Promise<Admission> => {
    const { cache: wanted } = request;
    const scriptMode: CacheMode = wanted ? (wanted.read ? 'inline' : 'store_only') : 'none';
    const isLookedUp = wanted?.read === true && !cache.inline;
    let leaderFinished = false;
    for (let calls = 1; calls <= maxAdmitCalls; calls += 1) {
      const found = isLookedUp
        ? await separateCache.lookUp(wanted.key, leaderFinished)
        : { mode: scriptMode, answer: undefined };
      const time = now();
      const reply = await runAdmit(scripts, request, {
        shared,
        keys,
        now: time,
        maxFacts,
        cacheMode: found.mode,
      });
      switch (reply.kind) {
        case 'absent':
          await Promise.all(
            reply.counters.map((number) => seeding.seed(counterAt(number, request.userId, time))),
          );
          break;
        case 'finished':
          leaderFinished = true;
          break;
        case 'cached': {
          const answer = reply.found ?? found.answer;
          if (!answer) throw new Error('admit.lua reported a cached answer that was not passed to it.');
          return { kind: 'cached', ...answer };
        }
        case 'admitted':
          if (wanted && !wanted.read && !cache.inline) await separateCache.remove(wanted.key);
          seedWatched(reply.absent, request, time);
          return { kind: 'admitted', standings: reply.standings };
        default:
          return reply;
      }
    }
    throw new Error(`Call ${request.callId} could not be admitted: its counters keep disappearing.`);
  };

  /** Settlements that will not be repeated with their next attempt, by lease. */
  const cancelledHandOvers = new Set<string>();

  /** The next attempt will not be made: anything that it reserves now or later is released. */
  const cancelHandOver = (lease: string, userId: string, nextId: string): void => {
    for (const oldest of cancelledHandOvers) {
      if (cancelledHandOvers.size >= maxCancelledHandOvers) cancelledHandOvers.delete(oldest);
    }
    cancelledHandOvers.add(lease);
    unconfirmed.add({ userId, callId: nextId });
  };

  const settle = async (settlement: Settlement): Promise<Settled> => {
    const { userId, callId } = settlement;
    const lease = leaseOf(userId, callId);
    const next = cancelledHandOvers.has(lease) ? undefined : settlement.next;
    leases.end(settlement);
    try {
      const entry = settlement.cache;
      const isStoredApart = typeof entry === 'object' && !cache.inline;
      const scriptMode: SettleCacheMode = entry === 'unfit' ? entry : entry ? 'inline' : 'none';
      const cacheMode = isStoredApart ? await separateCache.store(entry) : scriptMode;
      const how = { shared, now: now(), cacheMode, bounds: cache.bounds };
      const [word] = await scripts.settle(settleValues({ ...settlement, next }, how));
      const settled = String(word) as Settled;
      cancelledHandOvers.delete(lease);
      unconfirmed.remove(settlement);
      if (settled === 'continued' && next) leases.start({ userId, callId: next.callId });
      return settled;
    } catch (error) {
      if (next) cancelHandOver(lease, userId, next.callId);
      throw error;
    }
  };

  const withdraw = async ({ userId, callId }: CallName): Promise<void> => {
    const nothing = { row: undefined, costNanos: 0n, tokens: 0, keepRequest: false };
    await settle({ userId, callId, ...nothing });
  };

  return {
    async admit(request) {
      if (failFast && redis.status !== 'ready') {
        throw new RedisUnavailableError(new Error(`the connection is ${redis.status}`));
      }
      try {
        const admission = await requestAdmission(request);
        if (admission.kind === 'admitted') leases.start(request);
        return admission;
      } catch (error) {
        // The call may have been admitted without a lease here: a later round withdraws it.
        if (error instanceof RedisUnavailableError) unconfirmed.add(request);
        throw error;
      }
    },
    settle,
    withdraw,
    async storeAnswer(answer) {
      await scripts.storeAnswer(storeAnswerValues(keys, leaseOf(answer.userId, answer.callId), answer));
    },
    async renewLeases() {
      await leases.renew();
      await Promise.all(unconfirmed.take(maxCallsAtOnce).map(withdraw));
    },
    async expireLeases() {
      const time = now();
      const [expired] = await scripts.expire({
        ...shared,
        now: time,
        time: new Date(time).toISOString(),
        maxCalls: maxCallsAtOnce,
      });
      return Number(expired);
    },
  };
}

/**
 * Accesses a separate cache before the scripts run; an inline cache is accessed by the scripts themselves. A separate cache
 * that is unavailable counts as a miss, and its error goes to `onError`.
 */
function createSeparateCache(cache: AnswerCache, onError: (error: unknown) => void) {
  const orElse =
    <T>(fallback: T) =>
    (error: unknown): T => {
      onError(error);
      return fallback;
    };

  return {
    /** `leaderFinished`: the leading call has just finished, so its answer should be stored. */
    async lookUp(
      key: string,
      leaderFinished: boolean,
    ): Promise<{ readonly mode: CacheMode; readonly answer?: CachedAnswer | undefined }> {
      const answer = await cache.read(key).catch(orElse(undefined));
      if (answer) return { mode: 'hit', answer };
      return { mode: leaderFinished ? 'late_miss' : 'miss' };
    },
    /** Removes an answer that its caller has rejected. */
    remove: (key: string): Promise<void> => cache.remove(key).catch(orElse(undefined)),
    /** Stores an answer before its single flight ends, so that every request finds one or the other. */
    async store(entry: CacheEntry): Promise<SettleCacheMode> {
      return (await cache.write(entry).catch(orElse(false))) ? 'separate' : 'unfit';
    },
  };
}
