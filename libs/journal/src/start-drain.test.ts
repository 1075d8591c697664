import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createWaitingRedis } from '@valuecanvas/redis';
import { createTestRedis, eventually, type TestRedis } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startDrain } from './start-drain.ts';
import { journalInTest, spent, storeInTest } from './test-support/journal-in-test.ts';

let testRedis: TestRedis;
beforeAll(() => {
  testRedis = createTestRedis();
});
afterAll(() => testRedis.stop());

test('each fact is stored once, in the order of recording, and leaves the journal', async () => {
  const { drain, recordAll, waiting } = journalInTest(testRedis);
  const seen: string[] = [];
  drain({
    store: async (facts) => void seen.push(...facts.map(({ id }) => id)),
    isTemporary: () => true,
  });
  await recordAll('a', 'b', 'c');
  await eventually(async () => expect(await waiting()).toBe(0));
  await recordAll('d');
  await eventually(async () => expect(await waiting()).toBe(0));
  expect(seen).toEqual(['a', 'b', 'c', 'd']);
});

test('facts recorded before the owner’s first start are delivered', async () => {
  const { drain, recordAll } = journalInTest(testRedis);
  const store = storeInTest();
  await recordAll('early');
  drain(store);
  await eventually(() => expect(store.stored).toEqual(['early']));
});

test('an owner that starts before any fact exists gets the first one', async () => {
  const { drain, recordAll, stream } = journalInTest(testRedis);
  const store = storeInTest();
  drain(store);
  await eventually(async () => expect(await testRedis.client.exists(stream)).toBe(1));
  await recordAll('first');
  await eventually(() => expect(store.stored).toEqual(['first']));
});

test('two processes of an owner share the facts', async () => {
  const { drain, recordAll, waiting } = journalInTest(testRedis);
  const seen: string[] = [];
  const store = async (facts: readonly { id: string }[]) => void seen.push(...facts.map(({ id }) => id));
  for (const _ of [1, 2]) drain({ store, isTemporary: () => true });
  const ids = Array.from({ length: 50 }, (_, index) => `fact-${index}`);
  await recordAll(...ids);
  await eventually(async () => expect(await waiting()).toBe(0));
  expect(seen.toSorted()).toEqual(ids.toSorted());
});

test('a batch is stored once if the process crashes between storing and acknowledging it', async () => {
  const { drain, recordAll, waiting } = journalInTest(testRedis);
  const store = storeInTest();
  const died = Promise.withResolvers<void>();
  drain({
    ...store,
    async store(facts) {
      await store.store(facts);
      // From here on this process does nothing, as after kill -9.
      await died.promise;
    },
  });
  onTestFinished(() => died.resolve());
  await recordAll('a', 'b');
  await eventually(() => expect(store.stored).toEqual(['a', 'b']));
  expect(await waiting()).toBe(2);
  drain({ ...store, abandonedAfterMs: 50 });
  await eventually(async () => expect(await waiting()).toBe(0));
  expect(store.stored).toEqual(['a', 'b']);
});

test('only the fact that can never be stored becomes a dead letter, and the others are stored', async () => {
  const { drain, recordAll, waiting, dead } = journalInTest(testRedis);
  const store = storeInTest();
  store.poison.add('bad');
  const told: string[] = [];
  await recordAll('a', 'b', 'bad', 'c');
  drain({ ...store, onDeadLetter: (text) => told.push(text) });
  await eventually(async () => expect(await waiting()).toBe(0));
  expect(store.stored).toEqual(['a', 'b', 'c']);
  expect(await dead()).toEqual(['{"id":"bad","amount":1}']);
  expect(told).toEqual(['{"id":"bad","amount":1}']);
});

test('a fact becomes a dead letter once, even if the store fails before the batch is stored', async () => {
  const { drain, recordAll, waiting, dead } = journalInTest(testRedis);
  const store = storeInTest();
  store.poison.add('bad');
  let failures = 2;
  await recordAll('bad', 'a');
  drain({
    ...store,
    async store(facts) {
      if (facts.length === 1 && facts[0]?.id === 'a' && failures-- > 0) throw new Error('unavailable');
      await store.store(facts);
    },
  });
  await eventually(async () => expect(await waiting()).toBe(0));
  expect(await dead()).toHaveLength(1);
  expect(store.stored).toEqual(['a']);
});

test('an entry that is not a fact becomes a dead letter, and the facts after it are stored', async () => {
  const { drain, recordAll, waiting, dead, stream } = journalInTest(testRedis);
  const store = storeInTest();
  await testRedis.client.xadd(stream, '*', 'fact', '{broken');
  await testRedis.client.xadd(stream, '*', 'fact', '{"id":"a","amount":"much"}');
  await testRedis.client.xadd(stream, '*', 'other', 'field');
  await recordAll('good');
  drain(store);
  await eventually(async () => expect(await waiting()).toBe(0));
  expect(store.stored).toEqual(['good']);
  expect(await dead()).toEqual(['{broken', '{"id":"a","amount":"much"}', '["other","field"]']);
});

test('while the store is unavailable, facts wait, and none is lost', async () => {
  const { drain, recordAll, waiting, dead } = journalInTest(testRedis);
  const store = storeInTest();
  const errors: unknown[] = [];
  store.setUnavailable(true);
  await recordAll('a', 'b');
  drain({ ...store, onError: (error) => errors.push(error) });
  await eventually(() => expect(store.calls()).toBeGreaterThan(1));
  expect(await waiting()).toBe(2);
  store.setUnavailable(false);
  await eventually(async () => expect(await waiting()).toBe(0));
  expect(store.stored).toEqual(['a', 'b']);
  expect(errors.length).toBeGreaterThan(0);
  expect(await dead()).toEqual([]);
});

test('a drain continues after a lost connection and after Redis has lost all data', async () => {
  const { drain, recordAll, loseConnection, stream } = journalInTest(testRedis);
  const store = storeInTest();
  drain({ ...store, consumer: `${testRedis.prefix}-losing` });
  await recordAll('a');
  await eventually(() => expect(store.stored).toEqual(['a']));
  await loseConnection(`${testRedis.prefix}-losing`);
  await recordAll('b');
  await eventually(() => expect(store.stored).toEqual(['a', 'b']));
  await testRedis.client.del(stream);
  await recordAll('c');
  await eventually(() => expect(store.stored).toEqual(['a', 'b', 'c']));
});

test('a stopping drain finishes its current batch first', async () => {
  const { drain, recordAll, waiting } = journalInTest(testRedis);
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const draining = drain({
    isTemporary: () => true,
    async store() {
      begun.resolve();
      await finish.promise;
    },
  });
  await recordAll('a');
  await begun.promise;
  const stopped = draining.stop();
  finish.resolve();
  await stopped;
  expect(await waiting()).toBe(0);
});

test('a drain that stops while the store is unavailable leaves its batch to the next process', async () => {
  const { drain, recordAll, waiting } = journalInTest(testRedis);
  const store = storeInTest();
  store.setUnavailable(true);
  await recordAll('a');
  const draining = drain(store);
  await eventually(() => expect(store.calls()).toBeGreaterThan(0));
  await draining.stop();
  expect(await waiting()).toBe(1);
  store.setUnavailable(false);
  drain({ ...store, abandonedAfterMs: 10 });
  await eventually(() => expect(store.stored).toEqual(['a']));
});

test('stopping does not wait for an unavailable Redis', async () => {
  const redis = createWaitingRedis({
    url: 'redis://127.0.0.1:1',
    name: 'unavailable',
    onError: () => undefined,
  });
  onTestFinished(() => redis.disconnect());
  const { keys } = journalInTest(testRedis);
  const draining = startDrain(spent, {
    ...storeInTest(),
    redis,
    keys,
    consumer: 'x',
    onError: () => undefined,
  });
  // Between two connection attempts, no event on the connection can end a command.
  await eventually(() => expect(redis.status).toBe('reconnecting'));
  const startedAt = performance.now();
  await draining.stop();
  expect(performance.now() - startedAt).toBeLessThan(1_500);
});

test('a drain does not keep stored facts in memory', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const redis = createWaitingRedis({ url: testRedis.url, name: 'watched', onError: () => undefined });
  const read = redis.xreadgroup.bind(redis) as (
    ...args: readonly unknown[]
  ) => Promise<[[string, object]] | null>;
  const batches: WeakRef<object>[] = [];
  const watchedRead = async (...args: readonly unknown[]) => {
    const answer = await read(...args);
    if (answer) batches.push(new WeakRef(answer[0][1]));
    return answer;
  };
  Object.assign(redis, { xreadgroup: watchedRead });
  onTestFinished(() => redis.disconnect());
  const { drain, recordAll, waiting } = journalInTest(testRedis);
  drain({ ...storeInTest(), redis });
  for (const id of ['a', 'b', 'c']) {
    await recordAll(id);
    await eventually(async () => expect(await waiting()).toBe(0));
  }
  await eventually(() => {
    collectGarbage();
    expect(batches.length).toBeGreaterThan(1);
    expect(batches.slice(0, -1).filter((batch) => batch.deref())).toEqual([]);
  });
});
