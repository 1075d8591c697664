import { expect, test } from 'vitest';
import { storeBatch } from './store-batch.ts';

/** Stores even numbers and rejects odd ones. While unavailable, it rejects everything. */
function numbers() {
  const stored: number[] = [];
  const refused: number[] = [];
  const calls: number[] = [];
  let leftUntilAway = Number.POSITIVE_INFINITY;
  return {
    stored,
    refused,
    calls,
    unavailableAfter(count: number) {
      leftUntilAway = count;
    },
    how: {
      async store(batch: readonly number[]) {
        calls.push(batch.length);
        leftUntilAway -= 1;
        if (leftUntilAway < 0) throw new Error('unavailable');
        if (batch.some((item) => item % 2 === 1)) throw new Error('odd');
        stored.push(...batch);
      },
      isTemporary: (error: unknown) => (error as Error).message === 'unavailable',
      async onRefused(item: number) {
        refused.push(item);
      },
    },
  };
}

test('a valid batch is stored in one call, in order', async () => {
  const { how, stored, calls } = numbers();
  await storeBatch([2, 4, 6], how);
  expect([stored, calls]).toEqual([[2, 4, 6], [3]]);
});

test('an empty batch does not call the store', async () => {
  const { how, calls } = numbers();
  await storeBatch([], how);
  expect(calls).toEqual([]);
});

test('only the invalid items are refused, and all others are stored in order', async () => {
  const { how, stored, refused } = numbers();
  await storeBatch([2, 4, 5, 6, 8, 7, 10], how);
  expect([stored, refused]).toEqual([
    [2, 4, 6, 8, 10],
    [5, 7],
  ]);
});

test('one invalid item among many is found in a few attempts', async () => {
  const { how, calls, refused } = numbers();
  const batch = Array.from({ length: 128 }, (_, index) => (index === 77 ? 1 : 2));
  await storeBatch(batch, how);
  expect(refused).toEqual([1]);
  expect(calls.length).toBeLessThanOrEqual(1 + 2 * 7);
});

test('a temporary failure refuses no item', async () => {
  const { how, refused, unavailableAfter } = numbers();
  unavailableAfter(1);
  await expect(storeBatch([2, 3], how)).rejects.toThrow('unavailable');
  expect(refused).toEqual([]);
});
