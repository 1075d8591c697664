import { createKeys, createRedis } from '@valuecanvas/redis';
import { createTestRedis, type TestRedis } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createJournal } from './create-journal.ts';
import { journalInTest, spent } from './test-support/journal-in-test.ts';

let testRedis: TestRedis;
beforeAll(() => {
  testRedis = createTestRedis();
});
afterAll(() => testRedis.stop());

test('a fact that is recorded waits in the stream of its kind', async () => {
  const { journal, stream } = journalInTest(testRedis);
  await journal.record({ id: 'a', amount: 7 });
  const [[, fields] = []] = await testRedis.client.xrange(stream, '-', '+');
  expect(fields).toEqual(['fact', '{"id":"a","amount":7}']);
  expect(stream).toMatch(/:journal:test\.spent$/);
});

test('there is room until as many facts wait as may wait, and then OVERLOADED tells when to come back', async () => {
  const { journal, recordAll } = journalInTest(testRedis, 3);
  await recordAll('a', 'b');
  await journal.assertRoom();
  await recordAll('c');
  await expect(journal.assertRoom()).rejects.toMatchObject({ code: 'OVERLOADED', retryAfterSeconds: 5 });
});

test('what has happened is recorded though there is no room left', async () => {
  const { recordAll, waiting } = journalInTest(testRedis, 1);
  await recordAll('a', 'b');
  expect(await waiting()).toBe(2);
});

test('where Redis is away nothing is recorded and nothing may be spent', async () => {
  const redis = createRedis({ url: 'redis://127.0.0.1:1', name: 'in-test', onError: () => undefined });
  onTestFinished(() => redis.disconnect());
  const journal = createJournal(spent, { redis, keys: createKeys('x'), maxLength: 10 });
  const unavailable = { code: 'DEPENDENCY_UNAVAILABLE', retryAfterSeconds: 2 };
  await expect(journal.record({ id: 'a', amount: 1 })).rejects.toMatchObject(unavailable);
  await expect(journal.assertRoom()).rejects.toMatchObject(unavailable);
});
