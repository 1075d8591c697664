import { type LlmUsage, llmUsage } from '@valuecanvas/contracts-llm-router';
import { createFactReader } from '@valuecanvas/journal';
import type { Keys, Redis } from '@valuecanvas/redis';
import { timeOfId } from '@valuecanvas/service-kit';
import type { SpentSource } from '../admission/seeding.ts';
import type { LedgerStore } from './ledger.store.ts';

/** Rows that may wait in the journal; with more, what was spent cannot be said in reasonable time. */
const maxWaiting = 10_000;

/**
 * What a budget's counter starts from where Redis does not have it. The journal is read before the ledger, and of its
 * rows those count that the ledger does not have: a row that is stored meanwhile counts once. Rejects with
 * DEPENDENCY_UNAVAILABLE where either is away, or where more than 10,000 rows wait. The dead stream is not counted.
 */
export function createSpentSource(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly store: Pick<LedgerStore, 'spentBetween'>;
}): SpentSource {
  const { redis, keys, store } = options;
  const read = createFactReader(llmUsage, { redis, keys, stream: 'waiting', limit: maxWaiting });
  return async ({ scope, userId, startsAt, endsAt }) => {
    if (scope === 'user' && userId === undefined) throw new Error('Spending of which user?');
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

/** A row may be booked twice, and then the first one is what the ledger keeps. */
export function firstOfEach(rows: readonly LlmUsage[]): ReadonlyMap<string, LlmUsage> {
  return new Map(rows.toReversed().map((usage) => [usage.id, usage]));
}
