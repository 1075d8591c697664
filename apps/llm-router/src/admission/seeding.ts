import { randomUUID } from 'node:crypto';
import type { Keys } from '@valuecanvas/redis';
import type { SpentCounter } from './counters.ts';
import type { CallScripts } from './scripts.ts';

/**
 * Nano-dollars of all calls that were admitted in a counter's period: rows that still wait in the journal, read first, and
 * rows in the ledger, each id once, the first row of an id before later ones.
 */
export type SpentSource = (counter: SpentCounter) => Promise<bigint>;

/** Makes the counter of what was spent in a period where there is none. Rejects with what `SpentSource` rejects with. */
export type SeedCounter = (counter: SpentCounter) => Promise<void>;

/** Milliseconds that a counter outlives its period. */
const keptMs = 3 * 86_400_000;

/** Sums that are given up because a call was settled meanwhile, before the risk of counting it twice is taken. */
const mostAttempts = 4;

/** Each counter is seeded by at most one request of this process at a time; the others wait for it. */
export function createSeeding(options: {
  readonly scripts: CallScripts;
  readonly keys: Keys;
  readonly source: SpentSource;
  readonly now: () => number;
}): SeedCounter {
  const { scripts, keys, source, now } = options;
  const running = new Map<string, Promise<void>>();

  const seed = async (name: string, counter: SpentCounter): Promise<void> => {
    const seeder = randomUUID();
    const ttlMs = counter.endsAt + keptMs - now();
    const commit = async (sum: bigint, isFinal: boolean) => {
      const [done] = await scripts.seedCounter([name, seeder, sum.toString(), ttlMs, isFinal ? 1 : 0]);
      return done === 1;
    };
    // Nothing can be made yet: this says that from now on settled costs must be told.
    if (await commit(0n, false)) return;
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      if (await commit(await source(counter), attempt === mostAttempts)) return;
    }
    throw new Error(`${name} could not be seeded.`);
  };

  return (counter) => {
    const name = spentKey(keys, counter);
    const known = running.get(name);
    if (known) return known;
    const promise = seed(name, counter).finally(() => running.delete(name));
    running.set(name, promise);
    return promise;
  };
}

const letters = { hour: 13, day: 10, month: 7 } as const;

function spentKey(keys: Keys, { scope, period, userId = '', startsAt }: SpentCounter): string {
  const start = new Date(startsAt).toISOString().slice(0, letters[period]);
  return scope === 'user' ? keys('spent', 'u', userId, start) : keys('spent', 'p', start);
}
