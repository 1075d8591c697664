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
  const script = createScript(connect(), ['text', 'bytes'], unseen("return { text .. '!', 7, bytes }"));
  const expected = [Buffer.from('a!'), 7, Buffer.from([0xff, 0x00])];
  expect(await script({ text: 'a', bytes: Buffer.from([0xff, 0x00]) })).toEqual(expected);
  expect(await script({ text: 'a', bytes: Buffer.from([0xff, 0x00]) })).toEqual(expected);
});

test('concurrent calls of an uncached script are each executed once', async () => {
  const script = createScript(connect(), ['key'], unseen("return { redis.call('INCR', key) }"));
  const key = `${testRedis.prefix}:count`;
  const counts = await Promise.all(Array.from({ length: 20 }, () => script({ key })));
  expect(counts.map(([count]) => count).sort((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: 20 }, (_, at) => at + 1),
  );
});

test('a failing script is not retried', async () => {
  const script = createScript(connect(), ['key'], unseen("redis.call('INCR', key)\nerror('no')"));
  const key = `${testRedis.prefix}:failed`;
  await expect(script({ key })).rejects.toThrow(/no/);
  expect(await testRedis.client.get(key)).toBe('1');
});

test('named arguments do not depend on the order of their values, and unnamed ones follow them', async () => {
  const lua = unseen('return { first, second, ARGV[firstUnnamed], #ARGV }');
  const script = createScript(connect(), ['first', 'second'], lua);
  const expected = [Buffer.from('1'), Buffer.from('2'), Buffer.from('3'), 4];
  expect(await script({ second: 2, first: 1 }, [3, 4])).toEqual(expected);
});

test('a script without named arguments takes unnamed ones only', async () => {
  const script = createScript(connect(), [], unseen('return { ARGV[firstUnnamed] }'));
  expect(await script({}, ['a'])).toEqual([Buffer.from('a')]);
});
