import type { Keys, Redis } from '@valuecanvas/redis';
import { leaseMs, leaseOf } from './lease.ts';
import { orAway, toRedisError } from './redis-away-error.ts';

/** A call as its lease names it. */
export interface CallName {
  readonly userId: string;
  readonly callId: string;
}

/** The calls of this process that are under way. */
export interface Leases {
  start(call: CallName): void;
  end(call: CallName): void;
  /**
   * Tells Redis that they are alive, in one round trip. Rejects with RedisAwayError. What was taken for lost meanwhile
   * stays lost.
   */
  renew(): Promise<void>;
}

/** Leases that one command renews, so that none keeps Redis from others for long. */
const renewedAtOnce = 1_000;

export function createLeases(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly now: () => number;
}): Leases {
  const { redis, keys, now } = options;
  const running = new Set<string>();

  return {
    start: ({ userId, callId }) => void running.add(leaseOf(userId, callId)),
    end: ({ userId, callId }) => void running.delete(leaseOf(userId, callId)),
    async renew() {
      const pipeline = redis.pipeline();
      pipeline.ping();
      const until = now() + leaseMs;
      for (const leases of chunks([...running], renewedAtOnce)) {
        pipeline.zadd(keys('leases'), 'XX', 'GT', ...leases.flatMap((lease) => [until, lease]));
      }
      const answers = (await orAway(pipeline.exec())) ?? [];
      for (const [error] of answers) if (error) throw toRedisError(error);
    },
  };
}

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
