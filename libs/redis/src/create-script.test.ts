import { createTestRedis, type TestRedis } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createRedis } from './create-redis.ts';
import { createScript } from './create-script.ts';

let testRedis: TestRedis;
beforeAll(() => {
  testRedis = createTestRedis();
});
afterAll(() => testRedis.stop());

function connect() {
  const redis = createRedis({ url: testRedis.url, name: 'in-test', onError: () => undefined });
  onTestFinished(() => redis.disconnect());
  return redis;
}

/** A unique text, so that no server has cached it. */
const unseen = (lua: string) => `-- ${testRedis.prefix} ${Math.random()}\n${lua}`;

test('a script is sent if the server has not cached it, and returns bytes and numbers', async () => {
  const script = createScript(connect(), unseen("return { ARGV[1] .. '!', 7, ARGV[2] }"));
  const expected = [Buffer.from('a!'), 7, Buffer.from([0xff, 0x00])];
  expect(await script(['a', Buffer.from([0xff, 0x00])])).toEqual(expected);
  expect(await script(['a', Buffer.from([0xff, 0x00])])).toEqual(expected);
});

test('concurrent calls of an uncached script are each executed once', async () => {
  const script = createScript(connect(), unseen("return { redis.call('INCR', ARGV[1]) }"));
  const key = `${testRedis.prefix}:count`;
  const counts = await Promise.all(Array.from({ length: 20 }, () => script([key])));
  expect(counts.map(([count]) => count).sort((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: 20 }, (_, at) => at + 1),
  );
});

test('a failing script is not retried', async () => {
  const script = createScript(connect(), unseen("redis.call('INCR', ARGV[1])\nerror('no')"));
  const key = `${testRedis.prefix}:failed`;
  await expect(script([key])).rejects.toThrow(/no/);
  expect(await testRedis.client.get(key)).toBe('1');
});
