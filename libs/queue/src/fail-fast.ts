import { once } from 'node:events';
import { orUnavailable } from '@valuecanvas/contracts-core';
import type { Redis } from '@valuecanvas/redis';
import { withTimeout } from '@valuecanvas/resilience';

/** Time limit for connecting to Redis, and then for its reply. */
const timeoutMs = 2_000;

/**
 * Runs a command now or not at all: no command waits in memory for a reconnection. Throws DEPENDENCY_UNAVAILABLE if Redis
 * is unavailable or does not answer in time. Redis may have run the command nevertheless.
 */
export function failFast<T>(redis: Redis, command: () => Promise<T>): Promise<T> {
  return orUnavailable('redis (queue)', runNow(redis, command));
}

async function runNow<T>(redis: Redis, command: () => Promise<T>): Promise<T> {
  if (redis.status === 'connecting' || redis.status === 'connect') {
    await withTimeout((signal) => once(redis, 'ready', { signal }), timeoutMs);
  } else if (redis.status !== 'ready') {
    throw new Error(`Redis is ${redis.status}.`);
  }
  return withTimeout(command, timeoutMs);
}
