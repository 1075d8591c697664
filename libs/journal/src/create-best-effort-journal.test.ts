import { randomUUID } from 'node:crypto';
import { createKeys, createRedis, type Redis } from '@valuecanvas/redis';
import { createTestRedis, eventually, fakeClock, type TestRedis } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createBestEffortJournal } from './create-best-effort-journal.ts';
import { streamOf } from './streams.ts';
import { spent } from './test-support/journal-in-test.ts';

let testRedis: TestRedis;
beforeAll(() => {
  testRedis = createTestRedis();
});
afterAll(() => testRedis.stop());

const dedupeMs = 60_000;

function bestEffortJournal(redis: Redis = testRedis.client) {
  const clock = fakeClock();
  const keys = createKeys(`${testRedis.prefix}:${randomUUID()}`);
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const journal = createBestEffortJournal(spent, { redis, keys, now: clock.now, onError });
  return {
    clock,
    errors,
    record: (id: string, subject = id) => journal.record(subject, dedupeMs, () => ({ id, amount: 1 })),
    waiting: () => testRedis.client.xlen(streamOf(keys, spent)),
    async recorded(): Promise<string[]> {
      const entries = await testRedis.client.xrange(streamOf(keys, spent), '-', '+');
      return entries.map(([, [, text = '']]) => JSON.parse(text).id);
    },
  };
}

test('one fact per subject is recorded within its deduplication time', async () => {
  const { record, clock, recorded } = bestEffortJournal();
  record('first', 'anna');
  record('again', 'anna');
  record('other', 'bert');
  clock.advance(dedupeMs - 1);
  record('early', 'anna');
  clock.advance(1);
  record('later', 'anna');
  expect(await recorded()).toEqual(['first', 'other', 'later']);
});

test('at most a thousand facts a minute are recorded, however many subjects there are', async () => {
  const { record, clock, waiting } = bestEffortJournal();
  for (let subject = 0; subject < 1_500; subject += 1) record(`subject-${subject}`);
  expect(await waiting()).toBe(1_000);
  clock.advance(60_000);
  record('subject-1499');
  expect(await waiting()).toBe(1_001);
});

test('without a drain, about the latest ten thousand facts are kept', async () => {
  const { record, clock, waiting, recorded } = bestEffortJournal();
  for (let minute = 0; minute < 11; minute += 1) {
    for (let subject = 0; subject < 1_000; subject += 1) record(`${minute}-${subject}`);
    clock.advance(60_000);
  }
  record('last');
  expect(await waiting()).toBeLessThan(10_500);
  expect((await recorded()).at(-1)).toBe('last');
});

test('while Redis is unavailable, nothing is thrown and one error a minute is reported', async () => {
  const redis = createRedis({ url: 'redis://127.0.0.1:1', name: 'in-test', onError: () => undefined });
  onTestFinished(() => redis.disconnect());
  const { record, errors, clock } = bestEffortJournal(redis);
  record('a');
  record('b');
  await eventually(() => expect(errors).toHaveLength(1));
  clock.advance(60_000);
  record('c');
  await eventually(() => expect(errors).toHaveLength(2));
});
