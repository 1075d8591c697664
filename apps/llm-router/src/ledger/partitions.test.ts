import { expect, test } from 'vitest';
import { maintainPartitions } from './partitions.ts';

/** A store that records its calls. */
function storeInTest(dropped: readonly string[] = []) {
  const calls: string[] = [];
  return {
    calls,
    async makePartitions() {
      calls.push('make');
    },
    async dropPartitions(monthsKept: number) {
      calls.push(`drop ${monthsKept}`);
      return dropped;
    },
  };
}

async function maintain(store: ReturnType<typeof storeInTest>, retentionMonths: number) {
  const reported: (readonly string[])[] = [];
  await maintainPartitions({ store, retentionMonths, onDropped: (names) => reported.push(names) });
  return reported;
}

test('a ledger without a retention limit gets its coming months and loses none', async () => {
  const store = storeInTest(['llm_usage_2001_01']);
  expect(await maintain(store, 0)).toEqual([]);
  expect(store.calls).toEqual(['make']);
});

test('months past retention are dropped after the coming ones exist, and reported', async () => {
  const store = storeInTest(['llm_usage_2001_01']);
  expect(await maintain(store, 13)).toEqual([['llm_usage_2001_01']]);
  expect(store.calls).toEqual(['make', 'drop 13']);
});

test('where nothing is dropped nothing is reported', async () => {
  const store = storeInTest();
  expect(await maintain(store, 13)).toEqual([]);
  expect(store.calls).toHaveLength(2);
});
