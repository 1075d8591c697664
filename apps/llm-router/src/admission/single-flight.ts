import { type Keys, type Redis, subscribe } from '@valuecanvas/redis';
import type { Admission } from './admission-request.ts';

/** Interval at which a follower checks again, in case it missed the message or the leader died. */
const pollMs = 1_000;

/** Single flight over all processes: followers wait for the leader's call. */
export interface Flights {
  /**
   * Resolves when the leading call has ended, after one second at the latest, and immediately if `signal` is aborted.
   * Calling it before requesting admission guarantees that no end is missed.
   */
  finished(cacheKey: string, signal: AbortSignal): Promise<void>;
}

/** Creates it. `redis` must be a waiting connection that has no other use. */
export function createFlights({ redis, keys }: { readonly redis: Redis; readonly keys: Keys }): Flights {
  const waiting = new Map<string, Set<() => void>>();

  const wake = (cacheKey: string): void => {
    for (const go of waiting.get(cacheKey) ?? []) go();
  };
  subscribe(redis, keys('finished'), (cacheKey) => {
    if (cacheKey === undefined) for (const key of [...waiting.keys()]) wake(key);
    else wake(cacheKey);
  });

  return {
    finished(cacheKey, signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const others = waiting.get(cacheKey) ?? new Set();
      waiting.set(cacheKey, others);
      const go = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', go);
        others.delete(go);
        if (others.size === 0) waiting.delete(cacheKey);
        resolve();
      };
      const timer = setTimeout(go, pollMs);
      others.add(go);
      if (signal.aborted) go();
      else signal.addEventListener('abort', go);
      return promise;
    },
  };
}

/**
 * Requests admission until the outcome is not "wait", or until `signal` is aborted, which returns "wait". Repeats the
 * request whenever the leading call has ended, and every second.
 */
export async function admitInTurn(
  admit: () => Promise<Admission>,
  flight: { readonly flights: Flights; readonly cacheKey: string | undefined; readonly signal: AbortSignal },
): Promise<Admission> {
  const { flights, cacheKey, signal } = flight;
  let admission = await admit();
  while (admission.kind === 'wait' && cacheKey !== undefined && !signal.aborted) {
    const finished = flights.finished(cacheKey, signal);
    admission = await admit();
    if (admission.kind === 'wait') await finished;
  }
  return admission;
}
