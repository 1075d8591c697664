import { once } from 'node:events';
import { AppError } from '@valuecanvas/contracts-core';
import type { Redis } from '@valuecanvas/redis';

/** Milliseconds within which Redis must be connected, and then have answered. */
const answerMs = 2_000;

/**
 * Runs a command now or not at all: nothing waits in memory for Redis to come back. Throws DEPENDENCY_UNAVAILABLE
 * where Redis is away or does not answer in time; the command may then have been carried out all the same.
 */
export async function failFast<T>(redis: Redis, command: () => Promise<T>): Promise<T> {
  try {
    await connected(redis);
    return await inTime(command());
  } catch (cause) {
    throw new AppError('DEPENDENCY_UNAVAILABLE', { cause, internal: 'queue', retryAfterSeconds: 2 });
  }
}

async function connected(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  if (redis.status !== 'connecting' && redis.status !== 'connect') throw new Error(`Redis: ${redis.status}.`);
  await once(redis, 'ready', { signal: AbortSignal.timeout(answerMs) });
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Redis did not answer within ${answerMs} ms.`)), answerMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
