import { once } from 'node:events';
import { orUnavailable } from '@valuecanvas/contracts-core';
import type { Redis } from '@valuecanvas/redis';
import { withTimeout } from '@valuecanvas/resilience';

/** Time within which Redis must be connected, and then must have answered. */
const timeoutMs = 2_000;

/**
 * Runs a command now or not at all: nothing waits in memory for a reconnection. Throws DEPENDENCY_UNAVAILABLE where Redis is
 * unavailable or does not answer in time; Redis may have carried out the command all the same.
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
