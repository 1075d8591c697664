import { metricCatalogue, type ObservedMetrics, type ServiceName } from '@valuecanvas/contracts-core';
import { createRedis, createWaitingRedis, type Redis } from './create-redis.ts';
import { createKeys, type Keys } from './keys.ts';

/** The part of a service's kit that Redis needs. The configuration includes the `redisVariables`. */
export interface RedisKit {
  readonly config: {
    readonly REDIS_URL: string;
    readonly REDIS_PASSWORD?: string | undefined;
    readonly REDIS_KEY_PREFIX: string;
  };
  readonly log: { warn(fields: object, message: string): void };
  readonly lifecycle: { onStop(phase: 'close', name: string, stop: () => void): void };
  readonly metrics: ObservedMetrics;
}

/** The Redis connections of one service. */
export interface OpenRedis {
  /** For commands on a request's path. */
  readonly redis: Redis;
  readonly keys: Keys;
  /** Opens another connection, whose commands wait for Redis, for `purpose` only. */
  waiting(purpose: string): Redis;
}

/** Opens the service's connections to Redis, which close when the service stops, and exposes whether they are up. */
export function openRedis(service: ServiceName, { config, log, lifecycle, metrics }: RedisKit): OpenRedis {
  const options = (name: string) => ({
    url: config.REDIS_URL,
    password: config.REDIS_PASSWORD,
    name,
    onError: (err: Error) => log.warn({ err }, 'redis: connection failed'),
  });
  const untilStop = (name: string, redis: Redis): Redis => {
    lifecycle.onStop('close', `redis ${name}`, () => redis.disconnect());
    return redis;
  };
  const redis = untilStop('commands', createRedis(options(service)));
  const { host, pathname } = new URL(config.REDIS_URL);
  const server = `${host}${pathname === '/' ? '' : pathname}`;
  metrics.observe(metricCatalogue.redisUp, () => [
    { labels: { server }, value: redis.status === 'ready' ? 1 : 0 },
  ]);
  return {
    redis,
    keys: createKeys(config.REDIS_KEY_PREFIX),
    waiting: (purpose) => untilStop(purpose, createWaitingRedis(options(`${service}-${purpose}`))),
  };
}
