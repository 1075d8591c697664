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

test('a recorded fact waits in the stream of its kind', async () => {
  const { journal, stream } = journalInTest(testRedis);
  await journal.record({ id: 'a', amount: 7 });
  const [[, fields] = []] = await testRedis.client.xrange(stream, '-', '+');
  expect(fields).toEqual(['fact', '{"id":"a","amount":7}']);
  expect(stream).toMatch(/:journal:test\.spent$/);
});

test('assertRoom throws OVERLOADED with a retry time once `maxLength` facts wait', async () => {
  const { journal, recordAll } = journalInTest(testRedis, 3);
  await recordAll('a', 'b');
  await journal.assertRoom();
  await recordAll('c');
  await expect(journal.assertRoom()).rejects.toMatchObject({ code: 'OVERLOADED', retryAfterSeconds: 5 });
});

test('an event that has happened is recorded even if the journal is full', async () => {
  const { recordAll, waiting } = journalInTest(testRedis, 1);
  await recordAll('a', 'b');
  expect(await waiting()).toBe(2);
});

test('while Redis is unavailable, record and assertRoom reject', async () => {
  const redis = createRedis({ url: 'redis://127.0.0.1:1', name: 'in-test', onError: () => undefined });
  onTestFinished(() => redis.disconnect());
  const journal = createJournal(spent, { redis, keys: createKeys('x'), maxLength: 10 });
  const unavailable = { code: 'DEPENDENCY_UNAVAILABLE', retryAfterSeconds: 2 };
  await expect(journal.record({ id: 'a', amount: 1 })).rejects.toMatchObject(unavailable);
  await expect(journal.assertRoom()).rejects.toMatchObject(unavailable);
});
