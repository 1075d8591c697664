import type { ServiceName } from '@valuecanvas/contracts-core';
import { createRedis, createWaitingRedis, type Redis } from './create-redis.ts';
import { createKeys, type Keys } from './keys.ts';

/** The part of a service's kit that Redis needs; its configuration has the `redisVariables`. */
export interface RedisKit {
  readonly config: {
    readonly REDIS_URL: string;
    readonly REDIS_PASSWORD?: string | undefined;
    readonly REDIS_KEY_PREFIX: string;
  };
  readonly log: { warn(fields: object, message: string): void };
  readonly lifecycle: { onStop(phase: 'close', name: string, stop: () => void): void };
}

/** Redis as one service uses it. */
export interface OpenRedis {
  /** For commands in the path of requests. */
  readonly redis: Redis;
  readonly keys: Keys;
  /** One more connection, which waits and is used for nothing but `purpose`. */
  waiting(purpose: string): Redis;
}

/** The service's connections to Redis; they end with the service. */
export function openRedis(service: ServiceName, { config, log, lifecycle }: RedisKit): OpenRedis {
  const options = (name: string) => ({
    url: config.REDIS_URL,
    password: config.REDIS_PASSWORD,
    name,
    onError: (err: Error) => log.warn({ err }, 'Redis cannot be reached'),
  });
  const untilStop = (name: string, redis: Redis): Redis => {
    lifecycle.onStop('close', `redis ${name}`, () => redis.disconnect());
    return redis;
  };
  return {
    redis: untilStop('commands', createRedis(options(service))),
    keys: createKeys(config.REDIS_KEY_PREFIX),
    waiting: (purpose) => untilStop(purpose, createWaitingRedis(options(`${service}-${purpose}`))),
  };
}
