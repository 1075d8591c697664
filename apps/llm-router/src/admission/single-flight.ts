import { type Keys, type Redis, subscribe } from '@valuecanvas/redis';
import type { Admission } from './types.ts';

/** Interval at which a follower checks again, in case it missed the message or the leader died. */
const pollMs = 1_000;

/** Single flight over all processes: followers wait for the leader's call. */
export interface SingleFlight {
  /**
   * Resolves when the leading call has ended, after one second at the latest, and immediately if `signal` is aborted.
   * Calling it before requesting admission guarantees that no end is missed.
   */
  finished(cacheKey: string, signal: AbortSignal): Promise<void>;
}

/** Creates the followers' half. `redis` must be a waiting connection that has no other use. */
export function createSingleFlight({
  redis,
  keys,
}: {
  readonly redis: Redis;
  readonly keys: Keys;
}): SingleFlight {
  const followers = new Map<string, Set<() => void>>();

  const wakeFollowers = (cacheKey: string): void => {
    for (const wake of followers.get(cacheKey) ?? []) wake();
  };
  subscribe(redis, keys('finished'), (cacheKey) => {
    if (cacheKey === undefined) for (const key of [...followers.keys()]) wakeFollowers(key);
    else wakeFollowers(cacheKey);
  });

  return {
    finished(cacheKey, signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const sameKey = followers.get(cacheKey) ?? new Set();
      followers.set(cacheKey, sameKey);
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        sameKey.delete(wake);
        if (sameKey.size === 0) followers.delete(cacheKey);
        resolve();
      };
      const timer = setTimeout(wake, pollMs);
      sameKey.add(wake);
      if (signal.aborted) wake();
      else signal.addEventListener('abort', wake);
      return promise;
    },
  };
}

/**
 * Requests admission until the outcome is not "wait", or until `signal` is aborted, which returns "wait". Repeats the
 * request whenever the leading call has ended, and every second.
 */
export async function admitOrFollow(
  admit: () => Promise<Admission>,
  follow: {
    readonly singleFlight: SingleFlight;
    readonly cacheKey: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<Admission> {
  const { singleFlight, cacheKey, signal } = follow;
  let admission = await admit();
  while (admission.kind === 'wait' && cacheKey !== undefined && !signal.aborted) {
    const finished = singleFlight.finished(cacheKey, signal);
    admission = await admit();
    if (admission.kind === 'wait') await finished;
  }
  return admission;
}
