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
 * Decides which calls may be made, and keeps account of what they hold and spend, for all processes that share a Redis.
 * Every operation rejects with RedisAwayError where that Redis is away.
 */
export interface AdmissionControl {
  /** One round trip. Rejects with what the source of a counter rejects with where one must be seeded first. */
  admit(request: AdmissionRequest): Promise<Admission>;
  /**
   * One round trip. The call counts as under way no longer, even where this fails; then it may be repeated, but no next
   * attempt may be made any more: a repetition asks for none.
   */
  settle(settlement: Settlement): Promise<Settled>;
  /** Ends an admitted call for which nobody was called, as if it had never been admitted. */
  withdraw(call: CallName): Promise<void>;
  /**
   * Keeps a final answer under an idempotency key: of a cached one, or of a refusal before admission. Without an answer the
   * key is free again. What another call has claimed or answered stays.
   */
  storeAnswer(
    answer: CallName & { readonly idempotency: IdempotencyKey; readonly answer: string | undefined },
  ): Promise<void>;
  /** Says that the calls under way here are alive, and withdraws those whose admission was never answered. */
  renewLeases(): Promise<void>;
  /** Settles calls that nobody has spoken for, from any process, as lost; returns how many. */
  expireLeases(): Promise<number>;
}

export interface AdmissionOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly now: () => number;
  readonly cache: AnswerCache;
  /** Facts that may wait in the journal; beyond that nothing is admitted. */
  readonly maxFacts: number;
  readonly spent: SpentSource;
  /** Hears of what no caller waits for: a cache elsewhere that is away, a watched counter that cannot be seeded. */
  readonly onError: (error: unknown) => void;
}

/** Calls that are expired in one go; more wait for the next. */
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
        // It may hold something now, for which nobody would speak.
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
