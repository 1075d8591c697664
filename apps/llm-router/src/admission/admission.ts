import { costAlert, llmUsage } from '@valuecanvas/contracts-llm-router';
import { streamOf } from '@valuecanvas/journal';
import type { Keys, Redis } from '@valuecanvas/redis';
import type { Admission, AdmissionRequest, IdempotencyKey } from './admission-request.ts';
import type { AnswerCache } from './answer-cache.ts';
import { createCacheLookup } from './cache-lookup.ts';
import { createAdmit } from './create-admit.ts';
import { createSettle } from './create-settle.ts';
import { answerArguments, answerKeptMs, claimKey } from './idempotency.ts';
import { leaseOf } from './lease.ts';
import { type CallName, createLeases } from './leases.ts';
import { RedisAwayError } from './redis-away-error.ts';
import { defineCallScripts } from './scripts.ts';
import { seedInBackground } from './seed-in-background.ts';
import { createSeeding, type SpentSource } from './seeding.ts';
import type { Settled, Settlement } from './settlement.ts';
import { createUnanswered } from './unanswered.ts';

/**
 * Admits calls, and accounts for what they reserve and spend, for all processes that share a Redis. Every operation
 * rejects with RedisAwayError if that Redis is unavailable.
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
   * Stores the final answer of an idempotency key: a cached answer, or a refusal before admission. Without an answer, frees the
   * key. Leaves a key alone that another call has claimed or answered.
   */
  storeAnswer(
    answer: CallName & { readonly idempotency: IdempotencyKey; readonly answer: string | undefined },
  ): Promise<void>;
  /** Renews the leases of this process's calls, and withdraws calls whose admission was never answered. */
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
  /** Receives background errors: a separate cache that is unavailable, a watched counter that cannot be seeded. */
  readonly onError: (error: unknown) => void;
}

/** Maximum number of calls that one script expires. */
const expiredAtOnce = 100;

export function createAdmissionControl(options: AdmissionOptions): AdmissionControl {
  const { redis, keys, now, cache, onError } = options;
  const scripts = defineCallScripts(redis);
  const [base, usage, alerts] = [keys(''), streamOf(keys, llmUsage), streamOf(keys, costAlert)];
  const shared = (time: number) => [base, usage, alerts, time];
  const lookup = createCacheLookup(cache, onError);
  const leases = createLeases({ redis, keys, now });
  const seed = createSeeding({ scripts, keys, source: options.spent, now });
  const seedLater = seedInBackground(seed, now, onError);
  const ask = createAdmit({ ...options, script: scripts.admit, shared, lookup, seed, seedLater });
  const unanswered = createUnanswered();

  const { bounds } = cache;
  const settle = createSettle({ script: scripts.settle, shared, now, lookup, bounds, leases, unanswered });

  const withdraw = async ({ userId, callId }: CallName): Promise<void> => {
    const nothing = { row: undefined, costNanos: 0n, tokens: 0, keepRequest: false };
    await settle({ userId, callId, ...nothing });
  };

  return {
    async admit(request) {
      try {
        const admission = await ask(request);
        if (admission.kind === 'admitted') leases.start(request);
        return admission;
      } catch (error) {
        // The call may have been admitted without a lease here: the keeper withdraws it.
        if (error instanceof RedisAwayError) unanswered.note(request);
        throw error;
      }
    },
    settle,
    withdraw,
    async storeAnswer({ userId, callId, idempotency: { key, bodyHash }, answer }) {
      const args = [claimKey(keys, userId, key), bodyHash, leaseOf(userId, callId)];
      await scripts.storeAnswer([...args, ...answerArguments(answer), answerKeptMs]);
    },
    async renewLeases() {
      await leases.renew();
      await Promise.all(unanswered.some().map(withdraw));
    },
    async expireLeases() {
      const time = now();
      const [expired] = await scripts.expire([...shared(time), new Date(time).toISOString(), expiredAtOnce]);
      return Number(expired);
    },
  };
}
