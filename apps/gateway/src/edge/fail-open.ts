import type { Redis } from '@valuecanvas/redis';
import type { Logger } from '@valuecanvas/service-kit';
import { createFailOpenCall, type FailOpenCall } from '../bounded-work/fail-open-call.ts';

/** A request that waits longer for Redis passes uncounted. */
const timeoutMs = 250;

/** Runs a Redis command. Resolves with undefined if Redis is unavailable or slow. Warns once per cool-down. */
export function createFailOpen(redis: Redis, log: Logger): FailOpenCall {
  const call = createFailOpenCall({
    timeoutMs,
    onFailure: (err) => log.warn({ err }, 'request limits: Redis unavailable, requests pass uncounted'),
  });
  return (command) => (redis.status === 'ready' ? call(command) : Promise.resolve(undefined));
}
