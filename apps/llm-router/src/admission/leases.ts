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

/** Milliseconds, longer than any call lasts: one that is still not settled was forgotten, and counts as lost in the end. */
const longestCallMs = 15 * 60_000;

export function createLeases(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly now: () => number;
}): Leases {
  const { redis, keys, now } = options;
  /** When each was admitted. */
  const running = new Map<string, number>();

  const alive = (): string[] => {
    const since = now() - longestCallMs;
    for (const [lease, startedAt] of running) if (startedAt < since) running.delete(lease);
    return [...running.keys()];
  };

  return {
    start: ({ userId, callId }) => void running.set(leaseOf(userId, callId), now()),
    end: ({ userId, callId }) => void running.delete(leaseOf(userId, callId)),
    async renew() {
      const pipeline = redis.pipeline();
      pipeline.ping();
      const until = now() + leaseMs;
      for (const leases of chunks(alive(), renewedAtOnce)) {
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
