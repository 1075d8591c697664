import { Redis } from 'ioredis';
import { writeInTurns } from './write-in-turns.ts';

/** Milliseconds after which a command in the path of a request counts as failed. */
const commandTimeoutMs = 2_000;

const connectTimeoutMs = 3_000;

/** Milliseconds: reconnecting is tried at least this often, however long Redis has been away. */
const maxReconnectPauseMs = 2_000;

export type { Redis } from 'ioredis';

export interface RedisOptions {
  readonly url: string;
  readonly password?: string | undefined;
  /** Shown by CLIENT LIST. */
  readonly name: string;
  /** Hears of lost connections; commands fail by themselves. */
  readonly onError: (error: Error) => void;
}

/** A connection for commands in the path of requests: fails fast, pipelines by itself, reconnects for ever. */
export function createRedis(options: RedisOptions): Redis {
  const redis = connect(options, { maxRetriesPerRequest: 1, commandTimeout: commandTimeoutMs });
  redis.on('connect', () => writeInTurns(redis.stream));
  return redis;
}

/** A connection that waits: for blocking reads, subscriptions and workers. */
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
