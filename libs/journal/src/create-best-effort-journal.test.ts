import { randomUUID } from 'node:crypto';
import { createKeys, createRedis, type Redis } from '@valuecanvas/redis';
import { createTestRedis, eventually, fakeClock, type TestRedis } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createSparseJournal } from './create-sparse-journal.ts';
import { streamOf } from './streams.ts';
import { spent } from './test-support/journal-in-test.ts';

let testRedis: TestRedis;
beforeAll(() => {
  testRedis = createTestRedis();
});
afterAll(() => testRedis.stop());

const restMs = 60_000;

function sparseJournal(redis: Redis = testRedis.client) {
  const clock = fakeClock();
  const keys = createKeys(`${testRedis.prefix}:${randomUUID()}`);
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const journal = createSparseJournal(spent, { redis, keys, now: clock.now, onError });
  return {
    clock,
    errors,
    note: (id: string, subject = id) => journal.note(subject, restMs, () => ({ id, amount: 1 })),
    waiting: () => testRedis.client.xlen(streamOf(keys, spent)),
    async recorded(): Promise<string[]> {
      const entries = await testRedis.client.xrange(streamOf(keys, spent), '-', '+');
      return entries.map(([, [, text = '']]) => JSON.parse(text).id);
    },
  };
}

test('of one subject a fact is recorded, and the next one after its rest', async () => {
  const { note, clock, recorded } = sparseJournal();
  note('first', 'anna');
  note('again', 'anna');
  note('other', 'bert');
  clock.advance(restMs - 1);
  note('early', 'anna');
  clock.advance(1);
  note('later', 'anna');
  expect(await recorded()).toEqual(['first', 'other', 'later']);
});

test('a flood of subjects is recorded up to a thousand a minute', async () => {
  const { note, clock, waiting } = sparseJournal();
  for (let subject = 0; subject < 1_500; subject += 1) note(`subject-${subject}`);
  expect(await waiting()).toBe(1_000);
  clock.advance(60_000);
  note('subject-1499');
  expect(await waiting()).toBe(1_001);
});

test('where nobody takes facts out, ten thousand or a few more wait, the latest', async () => {
  const { note, clock, waiting, recorded } = sparseJournal();
  for (let minute = 0; minute < 11; minute += 1) {
    for (let subject = 0; subject < 1_000; subject += 1) note(`${minute}-${subject}`);
    clock.advance(60_000);
  }
  note('last');
  expect(await waiting()).toBeLessThan(10_500);
  expect((await recorded()).at(-1)).toBe('last');
});

test('where Redis is away nothing is thrown, and somebody is told once a minute', async () => {
  const redis = createRedis({ url: 'redis://127.0.0.1:1', name: 'in-test', onError: () => undefined });
  onTestFinished(() => redis.disconnect());
  const { note, errors, clock } = sparseJournal(redis);
  note('a');
  note('b');
  await eventually(() => expect(errors).toHaveLength(1));
  clock.advance(60_000);
  note('c');
  await eventually(() => expect(errors).toHaveLength(2));
});
