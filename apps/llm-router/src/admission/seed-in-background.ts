import type { SpentCounter } from './counters.ts';
import type { SeedCounter } from './seeding.ts';

/** Milliseconds for which no seeding is tried after one has failed: every call would try again. */
const pauseMs = 5_000;

/** Seeds counters that are only watched. `onError` hears of a failure; the next call after a pause tries again. */
export function seedInBackground(
  seed: SeedCounter,
  now: () => number,
  onError: (error: unknown) => void,
): (counter: SpentCounter) => void {
  let pausedUntil = 0;
  return (counter) => {
    if (now() < pausedUntil) return;
    seed(counter).catch((error: unknown) => {
      pausedUntil = now() + pauseMs;
      onError(error);
    });
  };
}
