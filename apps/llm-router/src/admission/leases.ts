import type { Keys, Redis } from '@valuecanvas/redis';
import { leaseMs, leaseOf } from './lease.ts';
import { orAway, toRedisError } from './redis-away-error.ts';

/** The name of a call in its lease. */
export interface CallName {
  readonly userId: string;
  readonly callId: string;
}

/** The calls in flight in this process. */
export interface Leases {
  start(call: CallName): void;
  end(call: CallName): void;
  /**
   * Renews their leases in one round trip. Rejects with RedisAwayError. Calls that were settled as lost meanwhile stay
   * lost.
   */
  renew(): Promise<void>;
}

/** Maximum number of leases that one command renews, so that it does not block Redis for long. */
const renewedAtOnce = 1_000;

/** Longer than any call: a call unsettled after this was forgotten, and its lease is no longer renewed. */
const longestCallMs = 15 * 60_000;

export function createLeases(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly now: () => number;
}): Leases {
  const { redis, keys, now } = options;
  /** Time of admission by call. */
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
