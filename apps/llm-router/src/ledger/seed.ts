import { type LlmUsage, llmUsage } from '@valuecanvas/contracts-llm-router';
import { createFactReader } from '@valuecanvas/journal';
import type { Keys, Redis } from '@valuecanvas/redis';
import { coalesce } from '@valuecanvas/resilience';
import { timeOfId } from '@valuecanvas/service-kit';
import type { SpentSource } from '../admission/seeding.ts';
import type { LedgerStore } from './ledger.store.ts';

/** Maximum number of journaled rows for which seeding is fast enough. */
const maxWaiting = 10_000;

/**
 * Creates the source from which absent budget counters are seeded. Reads the journal before the ledger and adds rows that the
 * ledger lacks, so that a row drained in between counts once. Rejects with DEPENDENCY_UNAVAILABLE if either is unavailable,
 * or if the journal holds more than 10,000 rows. Dead letters do not count.
 */
export function createSpentSource(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly store: Pick<LedgerStore, 'spentBetween'>;
}): SpentSource {
  const { redis, keys, store } = options;
  // Many users whose counters are absent at once share reads: each counter needs one that began after its own seeding.
  const read = coalesce(createFactReader(llmUsage, { redis, keys, stream: 'waiting', limit: maxWaiting }));
  return async ({ scope, userId, startsAt, endsAt }) => {
    if (scope === 'user' && userId === undefined) throw new Error('A user counter needs a user id.');
    const owner = scope === 'user' ? userId : undefined;
    const isAskedFor = (usage: LlmUsage): boolean => {
      const time = timeOfId(usage.id).getTime();
      return (owner === undefined || usage.userId === owner) && time >= startsAt && time < endsAt;
    };
    const waiting = firstOfEach((await read()).facts.filter(isAskedFor));
    const [from, until] = [new Date(startsAt), new Date(endsAt)];
    const { nanos, stored } = await store.spentBetween(owner, from, until, [...waiting.keys()]);
    return [...waiting.values()]
      .filter(({ id }) => !stored.has(id))
      .reduce((sum, usage) => sum + BigInt(usage.costNanos), nanos);
  };
}

/** A row may be journaled twice: the ledger keeps the first. */
export function firstOfEach(rows: readonly LlmUsage[]): ReadonlyMap<string, LlmUsage> {
  return new Map(rows.toReversed().map((usage) => [usage.id, usage]));
}
