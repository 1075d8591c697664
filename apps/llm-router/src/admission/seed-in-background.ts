import type { SpentCounter } from './counters.ts';
import type { SeedCounter } from './seeding.ts';

/** Pause after a failed seeding, so that not every call retries it. */
const pauseMs = 5_000;

/** Seeds counters that are only watched. Reports failures to `onError`; the next call after a pause retries. */
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
