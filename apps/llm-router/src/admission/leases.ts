import type { Keys, Redis } from '@valuecanvas/redis';
import { orUnavailable, toRedisError } from './redis-unavailable.ts';
import type { CallName } from './types.ts';

/** Time for which a call counts as alive after its last renewal. */
export const leaseMs = 30_000;

/** Interval of the rounds; a lease survives five failed rounds. */
export const leaseRoundMs = 5_000;

/** Name of a call in the scripts' list of leases. */
export function leaseOf(userId: string, callId: string): string {
  return `${userId}/${callId}`;
}

/** The calls in flight in this process. */
export interface Leases {
  start(call: CallName): void;
  end(call: CallName): void;
  /**
   * Renews their leases in one round trip. Rejects with RedisUnavailableError. Calls that were settled as lost meanwhile
   * stay lost.
   */
  renew(): Promise<void>;
}

/** Maximum number of leases that one command renews, so that it does not block Redis for long. */
const renewedAtOnce = 1_000;

/** Longer than any call: a call unsettled after this was forgotten, and its lease is no longer renewed. */
export const longestCallMs = 15 * 60_000;

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
      const answers = (await orUnavailable(pipeline.exec())) ?? [];
      for (const [error] of answers) if (error) throw toRedisError(error);
    },
  };
}

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/** Calls whose admission Redis has not confirmed: each may hold a reservation for which no process renews a lease. */
export interface UnconfirmedAdmissions {
  add(call: CallName): void;
  remove(call: CallName): void;
  /** Returns at most `count` of them. */
  take(count: number): CallName[];
}

/** Maximum number of remembered calls. Beyond it, calls that were admitted are settled as lost. */
const maxUnconfirmed = 10_000;

export function createUnconfirmedAdmissions(): UnconfirmedAdmissions {
  const calls = new Map<string, CallName>();
  return {
    add({ userId, callId }) {
      if (calls.size < maxUnconfirmed) calls.set(leaseOf(userId, callId), { userId, callId });
    },
    remove: ({ userId, callId }) => void calls.delete(leaseOf(userId, callId)),
    take: (count) => [...calls.values().take(count)],
  };
}

export interface LeaseRoundOptions {
  readonly admission: {
    renewLeases(): Promise<void>;
    expireLeases(): Promise<number>;
  };
  /** The connection that `admission` uses. */
  readonly redis: Redis;
  readonly now: () => number;
  /** Receives the number of calls settled as lost. */
  readonly onExpired: (calls: number) => void;
}

/**
 * Creates a round, to run every `leaseRoundMs`: it renews this process's leases, then settles calls with expired leases.
 * After an outage of Redis all leases look expired, so calls are settled as lost only after one lease of uninterrupted
 * contact, in which their processes could renew. A round rejects with the error of its Redis commands.
 */
export function createLeaseRound(options: LeaseRoundOptions): () => Promise<void> {
  const { admission, redis, now } = options;
  let inContactSince: number | undefined;
  const loseContact = () => {
    inContactSince = undefined;
  };
  redis.on('close', loseContact);

  return async () => {
    try {
      await admission.renewLeases();
      inContactSince ??= now();
      if (now() - inContactSince <= leaseMs) return;
      const expired = await admission.expireLeases();
      if (expired > 0) options.onExpired(expired);
    } catch (error) {
      loseContact();
      throw error;
    }
  };
}
