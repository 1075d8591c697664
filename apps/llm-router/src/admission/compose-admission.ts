import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { type OpenRedis, openRedis, type Redis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { LlmRouterConfig } from '../config.ts';
import { type AdmissionControl, createAdmissionControl } from './admission-control.ts';
import { type AnswerCache, createAnswerCache } from './answer-cache.ts';
import { createFlights, type Flights } from './flights.ts';
import { startLeaseKeeper } from './lease-keeper.ts';
import { RedisAwayError } from './redis-away-error.ts';
import type { SpentSource } from './seeding.ts';

/** Largest share of the cache for one answer. */
const entryShare = 16;

/** Size limit of one cached answer, regardless of the cache size. */
const maxEntryBytes = 4 * 1024 * 1024;

/** Time that the start waits for Redis, so that the first requests find it connected. */
const firstContactMs = 1_000;

export interface OpenAdmission {
  readonly admission: AdmissionControl;
  readonly flights: Flights;
  readonly cache: AnswerCache;
}

/** Opens admission, single flight and cache on the service's connections. They close when the service stops. */
export async function openAdmission(
  kit: Kit<LlmRouterConfig>,
  { redis, keys, waiting }: OpenRedis,
  spent: SpentSource,
  onExpired: (calls: number) => void,
): Promise<OpenAdmission> {
  const { config, log, lifecycle, now } = kit;
  const isElsewhere = config.REDIS_CACHE_URL !== undefined;
  const cacheConfig = { ...config, REDIS_URL: config.REDIS_CACHE_URL ?? '', REDIS_PASSWORD: undefined };
  const cache = createAnswerCache({
    redis: isElsewhere ? openRedis('llm-router', { ...kit, config: cacheConfig }).redis : redis,
    keys,
    now,
    bounds: {
      maxBytes: config.LLM_CACHE_MAX_BYTES,
      maxEntryBytes: Math.min(maxEntryBytes, Math.floor(config.LLM_CACHE_MAX_BYTES / entryShare)),
    },
    inline: !isElsewhere,
  });
  const control = createAdmissionControl({
    redis,
    keys,
    now,
    cache,
    maxFacts: config.JOURNAL_MAX_LENGTH,
    spent,
    onError: (err) => log.warn({ err }, 'admission: background task failed'),
  });
  const admission = failingFast(control, redis);
  lifecycle.onStop(
    'drain',
    'leases',
    startLeaseKeeper({
      admission,
      redis,
      now,
      onError: (err) => log.warn({ err }, 'admission: lease renewal failed'),
      onExpired,
    }),
  );
  await contact(redis);
  return { admission, flights: createFlights({ redis: waiting('flights'), keys }), cache };
}

/** Fails at once while disconnected, instead of waiting for a connection: degraded mode is faster. */
function failingFast(control: AdmissionControl, redis: Redis): AdmissionControl {
  return {
    ...control,
    async admit(request) {
      if (redis.status !== 'ready') throw new RedisAwayError(new Error(`the connection is ${redis.status}`));
      return control.admit(request);
    },
  };
}

async function contact(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  const given = new AbortController();
  const ready = once(redis, 'ready', { signal: given.signal }).catch(() => undefined);
  await Promise.race([ready, wait(firstContactMs)]);
  given.abort();
}
