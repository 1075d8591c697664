import type { Keys, Redis } from '@valuecanvas/redis';
import { hourOf } from './counters.ts';
import { orAway } from './redis-away-error.ts';

/**
 * Deletes the spent counters of a user and of the platform for the current periods, after costs were booked past them. The
 * next admission seeds them again from ledger and journal.
 */
export function createForgetSpent(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly now: () => number;
}): (userId: string) => Promise<void> {
  const { redis, keys, now } = options;
  return async (userId) => {
    const hour = hourOf(now());
    const [day, month] = [hour.slice(0, 10), hour.slice(0, 7)];
    const ofUser = [day, month].map((period) => keys('spent', 'u', userId, period));
    const ofPlatform = [hour, day, month].map((period) => keys('spent', 'p', period));
    await orAway(redis.unlink(...ofUser, ...ofPlatform));
  };
}
