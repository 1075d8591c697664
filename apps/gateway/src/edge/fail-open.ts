import type { Redis } from '@valuecanvas/redis';
import type { Logger } from '@valuecanvas/service-kit';

/** Milliseconds that a request waits for Redis before it passes uncounted. */
const patienceMs = 250;

/** Milliseconds for which Redis is not asked again after it failed. */
const pauseMs = 1_000;

/** Runs a command of Redis, or gives undefined where Redis cannot answer in time; warns once per pause. */
export function createFailOpen(redis: Redis, log: Logger) {
  let pausedUntil = 0;
  return async <T>(command: () => Promise<T>): Promise<T | undefined> => {
    if (redis.status !== 'ready' || performance.now() < pausedUntil) return undefined;
    try {
      return await within(patienceMs, command());
    } catch (err) {
      pausedUntil = performance.now() + pauseMs;
      log.warn({ err }, 'Redis does not answer: requests pass without being counted');
      return undefined;
    }
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
