import { Redis } from 'ioredis';
import { writeInTurns } from './write-in-turns.ts';

/** Timeout of a command on a request's path. */
const commandTimeoutMs = 2_000;

const connectTimeoutMs = 3_000;

/** Longest pause between reconnection attempts. */
const maxReconnectPauseMs = 2_000;

export type { Redis } from 'ioredis';

export interface RedisOptions {
  readonly url: string;
  readonly password?: string | undefined;
  /** The name in CLIENT LIST. */
  readonly name: string;
  /** Receives connection errors. Commands reject on their own. */
  readonly onError: (error: Error) => void;
}

/** Opens a connection for commands on a request's path: fails fast, pipelines automatically, always reconnects. */
export function createRedis(options: RedisOptions): Redis {
  const redis = connect(options, { maxRetriesPerRequest: 1, commandTimeout: commandTimeoutMs });
  redis.on('connect', () => writeInTurns(redis.stream));
  return redis;
}

/** Opens a connection whose commands wait for Redis: for blocking reads, subscriptions and workers. */
export function createWaitingRedis(options: RedisOptions): Redis {
  return connect(options, { maxRetriesPerRequest: null });
}

function connect(
  options: RedisOptions,
  more: { maxRetriesPerRequest: number | null; commandTimeout?: number },
): Redis {
  const redis = new Redis(options.url, {
    connectionName: options.name,
    connectTimeout: connectTimeoutMs,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), maxReconnectPauseMs),
    ...(options.password === undefined ? {} : { password: options.password }),
    ...more,
  });
  redis.on('error', options.onError);
  return redis;
}
