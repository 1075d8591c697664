import { eventually } from '@valuecanvas/testing';
import { expect, onTestFinished, test } from 'vitest';
import { keepPartitions } from './partitions.ts';

/** A store that writes down what it is asked to do. */
function storeInTest(dropped: readonly string[] = []) {
  const asked: string[] = [];
  return {
    asked,
    async makePartitions() {
      asked.push('make');
    },
    async dropPartitions(monthsKept: number) {
      asked.push(`drop ${monthsKept}`);
      return dropped;
    },
  };
}

function keep(options: Partial<Parameters<typeof keepPartitions>[0]>) {
  const told: unknown[] = [];
  const tell = (what: unknown) => void told.push(what);
  const defaults = { store: storeInTest(), retentionMonths: 0, onDropped: tell, onError: tell };
  onTestFinished(keepPartitions({ ...defaults, ...options }));
  return told;
}

test('a ledger that is kept for ever gets its coming months and loses none', async () => {
  const store = storeInTest(['llm_usage_2001_01']);
  const told = keep({ store });
  await eventually(() => expect(store.asked).toEqual(['make']));
  expect(told).toEqual([]);
});

test('months that are no longer kept are dropped after the coming ones are there, and it is told', async () => {
  const store = storeInTest(['llm_usage_2001_01']);
  const told = keep({ store, retentionMonths: 13 });
  await eventually(() => expect(told).toEqual([['llm_usage_2001_01']]));
  expect(store.asked).toEqual(['make', 'drop 13']);
});

test('where nothing is dropped nothing is told', async () => {
  const store = storeInTest();
  const told = keep({ store, retentionMonths: 13 });
  await eventually(() => expect(store.asked).toHaveLength(2));
  expect(told).toEqual([]);
});

test('a failure is told and ends nothing', async () => {
  const failure = new Error('away');
  const store = { ...storeInTest(), makePartitions: () => Promise.reject(failure) };
  const told = keep({ store });
  await eventually(() => expect(told).toEqual([failure]));
});
