import { once } from 'node:events';
import { type OpenRedis, openRedis, type Redis } from '@valuecanvas/redis';
import { settlesWithin } from '@valuecanvas/resilience';
import type { Kit } from '@valuecanvas/service-kit';
import type { LlmRouterConfig } from '../config.ts';
import { type AdmissionControl, createAdmissionControl } from './admission.ts';
import { type AnswerCache, createAnswerCache } from './answer-cache.ts';
import { createLeaseRound, leaseRoundMs } from './leases.ts';
import { createForgetCounters, type SpentSource } from './seeding.ts';
import { createSingleFlight, type SingleFlight } from './single-flight.ts';

/** Largest share of the cache for one answer. */
const entryShare = 16;

/** Size limit of one cached answer, regardless of the cache size. */
const maxEntryBytes = 4 * 1024 * 1024;

/** Time that the start waits for Redis, so that the first requests find it connected. */
const connectMs = 1_000;

export interface ComposedAdmission {
  readonly admission: AdmissionControl;
  readonly singleFlight: SingleFlight;
  readonly cache: AnswerCache;
  /** Deletes a user's spent counters after costs were booked past them. */
  readonly forgetCounters: (userId: string) => Promise<void>;
}

/** Composes admission, single flight and cache on the service's connections. They close when the service stops. */
export async function composeAdmission(
  kit: Kit<LlmRouterConfig>,
  { redis, keys, waiting }: OpenRedis,
  { spent, onLost }: { readonly spent: SpentSource; readonly onLost: (calls: number) => void },
): Promise<ComposedAdmission> {
  const { config, log, lifecycle, now } = kit;
  const isSeparate = config.REDIS_CACHE_URL !== undefined;
  const cacheConfig = { ...config, REDIS_URL: config.REDIS_CACHE_URL ?? '', REDIS_PASSWORD: undefined };
  const cache = createAnswerCache({
    redis: isSeparate ? openRedis('llm-router', { ...kit, config: cacheConfig }).redis : redis,
    keys,
    now,
    bounds: {
      maxBytes: config.LLM_CACHE_MAX_BYTES,
      maxEntryBytes: Math.min(maxEntryBytes, Math.floor(config.LLM_CACHE_MAX_BYTES / entryShare)),
    },
    inline: !isSeparate,
  });
  const admission = createAdmissionControl({
    redis,
    keys,
    now,
    cache,
    maxFacts: config.JOURNAL_MAX_LENGTH,
    spent,
    failFast: true,
    onError: (err) => log.warn({ err }, 'admission: background task failed'),
  });
  const round = createLeaseRound({
    admission,
    redis,
    now,
    onExpired(calls) {
      log.warn({ calls }, 'admission: calls of crashed processes settled as lost');
      onLost(calls);
    },
  });
  lifecycle.every('admission: lease renewal', leaseRoundMs, round, { phase: 'drain' });
  await untilConnected(redis);
  return {
    admission,
    singleFlight: createSingleFlight({ redis: waiting('flights'), keys }),
    cache,
    forgetCounters: createForgetCounters({ redis, keys, now }),
  };
}

async function untilConnected(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  const stopListening = new AbortController();
  await settlesWithin(once(redis, 'ready', { signal: stopListening.signal }), connectMs);
  stopListening.abort();
}
