import { randomUUID } from 'node:crypto';
import type { Keys, Redis } from '@valuecanvas/redis';
import { singleFlight } from '@valuecanvas/resilience';
import { counterNamesAt, keyOfName, type SpentCounter, spentKey } from './counters.ts';
import { orUnavailable } from './redis-unavailable.ts';
import type { CallScripts } from './scripts.ts';

/**
 * Returns the nano-dollars of all calls admitted in a counter's period: rows in the journal, read first, plus rows in the
 * ledger. Each id counts once, with its first row.
 */
export type SpentSource = (counter: SpentCounter) => Promise<bigint>;

/** Creates absent spent counters from ledger and journal. */
export interface Seeding {
  /** Creates a period's counter if it is absent. Rejects with the errors of `SpentSource`. */
  seed(counter: SpentCounter): Promise<void>;
  /** Seeds a counter that is only watched. After a failure, which goes to `onError`, it rests for a while. */
  seedInBackground(counter: SpentCounter): void;
}

export interface SeedingOptions {
  readonly scripts: CallScripts;
  readonly keys: Keys;
  readonly source: SpentSource;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** Time by which a counter outlives its period. */
const keptMs = 3 * 86_400_000;

/** Number of sums discarded because a call was settled meanwhile, before accepting the risk of counting it twice. */
const maxAttempts = 4;

/** Pause after a failed seeding in the background, so that not every call retries it. */
const pauseMs = 5_000;

/** Within this process, one request seeds a counter and the others wait for it. */
export function createSeeding({ scripts, keys, source, now, onError }: SeedingOptions): Seeding {
  let pausedUntil = 0;

  const load = async (counter: SpentCounter): Promise<void> => {
    const key = spentKey(keys, counter);
    const seeder = randomUUID();
    const ttlMs = counter.endsAt + keptMs - now();
    const commit = async (sum: bigint, isFinal: boolean) => {
      const [done] = await scripts.seedCounter({
        counter: key,
        seeder,
        sum: sum.toString(),
        ttlMs,
        isFinal: isFinal ? 1 : 0,
      });
      return done === 1;
    };
    // This call creates nothing: from now on it makes settlements record their costs for the seeding.
    if (await commit(0n, false)) return;
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      if (await commit(await source(counter), attempt === maxAttempts)) return;
    }
    throw new Error(`The counter ${key} could not be seeded.`);
  };
  const seed = singleFlight(load, (counter) => spentKey(keys, counter));

  return {
    seed,
    seedInBackground(counter) {
      if (now() < pausedUntil) return;
      seed(counter).catch((error: unknown) => {
        pausedUntil = now() + pauseMs;
        onError(error);
      });
    },
  };
}

/**
 * Deletes the spent counters of a user and of the platform for the current periods, after costs were booked past them. The
 * next admission seeds them again from ledger and journal.
 */
export function createForgetCounters(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly now: () => number;
}): (userId: string) => Promise<void> {
  const { redis, keys, now } = options;
  return async (userId) => {
    const names = counterNamesAt(userId, now());
    await orUnavailable(redis.unlink(names.map((name) => keyOfName(keys, name))));
  };
}
