import { randomUUID } from 'node:crypto';
import type { Keys } from '@valuecanvas/redis';
import type { SpentCounter } from './counters.ts';
import type { CallScripts } from './scripts.ts';

/**
 * Returns the nano-dollars of all calls admitted in a counter's period: rows in the journal, read first, plus rows in the
 * ledger. Each id counts once, with its first row.
 */
export type SpentSource = (counter: SpentCounter) => Promise<bigint>;

/** Creates a period's spent counter if it is absent. Rejects with the errors of `SpentSource`. */
export type SeedCounter = (counter: SpentCounter) => Promise<void>;

/** Time by which a counter outlives its period. */
const keptMs = 3 * 86_400_000;

/** Number of sums discarded because a call was settled meanwhile, before accepting the risk of counting it twice. */
const mostAttempts = 4;

/** Single flight: one request of this process seeds a counter, and the others wait for it. */
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
    // This call creates nothing: from now on it makes settlements record their costs for the seeding.
    if (await commit(0n, false)) return;
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      if (await commit(await source(counter), attempt === mostAttempts)) return;
    }
    throw new Error(`The counter ${name} could not be seeded.`);
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
