import { type Keys, type Redis, subscribe } from '@valuecanvas/redis';
import type { Admission } from './admission-request.ts';

/** Milliseconds after which a follower looks again by itself: the message may have been missed, the leader died. */
const pollMs = 1_000;

/** Calls of all processes that others wait for. */
export interface Flights {
  /**
   * Resolves when the call that leads has ended, after a second at the latest, and at once where `signal` is aborted. Who
   * calls this before asking for admission misses no end in between.
   */
  landed(cacheKey: string, signal: AbortSignal): Promise<void>;
}

/** `redis` must be a waiting connection used for nothing else. */
export function createFlights({ redis, keys }: { readonly redis: Redis; readonly keys: Keys }): Flights {
  const waiting = new Map<string, Set<() => void>>();

  const wake = (cacheKey: string): void => {
    for (const go of waiting.get(cacheKey) ?? []) go();
  };
  subscribe(redis, keys('landed'), (cacheKey) => {
    if (cacheKey === undefined) for (const key of [...waiting.keys()]) wake(key);
    else wake(cacheKey);
  });

  return {
    landed(cacheKey, signal) {
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
 * Asks for admission until the answer is another than to wait, or until `signal` is aborted: then that is the answer. Who
 * waits asks again whenever the call that leads has ended, and each second.
 */
export async function admitInTurn(
  admit: () => Promise<Admission>,
  flight: { readonly flights: Flights; readonly cacheKey: string | undefined; readonly signal: AbortSignal },
): Promise<Admission> {
  const { flights, cacheKey, signal } = flight;
  let admission = await admit();
  while (admission.kind === 'wait' && cacheKey !== undefined && !signal.aborted) {
    const landed = flights.landed(cacheKey, signal);
    admission = await admit();
    if (admission.kind === 'wait') await landed;
  }
  return admission;
}
