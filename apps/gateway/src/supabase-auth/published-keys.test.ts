import type { Logger } from '@valuecanvas/service-kit';
import { fakeClock } from '@valuecanvas/testing';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { expect, test } from 'vitest';
import { createPublishedKeys } from './published-keys.ts';

const seconds = (count: number) => count * 1_000;
const silent = { warn: () => undefined } as unknown as Logger;

async function publicKey(kid: string): Promise<JWK> {
  return { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kid, alg: 'ES256' };
}

/** Keys `old` and `new`. At first only `old` is published. */
async function setUp() {
  const clock = fakeClock();
  const [old, next] = await Promise.all([publicKey('old'), publicKey('new')]);
  const published = { keys: [old], isDown: false, loads: 0 };
  const keys = createPublishedKeys({
    load: async () => {
      published.loads += 1;
      if (published.isDown) throw new Error('connect ECONNREFUSED');
      return { keys: published.keys };
    },
    now: clock.now,
    log: silent,
  });
  const has = async (kid: string) => (await keys.find({ alg: 'ES256', kid })) !== undefined;
  return { clock, old, next, published, keys, has };
}

test('concurrent lookups share one load', async () => {
  const { published, has } = await setUp();
  expect(await Promise.all(Array.from({ length: 20 }, () => has('old')))).toEqual(Array(20).fill(true));
  expect(published.loads).toBe(1);
});

test('a new key is found at its first use once the last load is 30 s old', async () => {
  const { clock, next, published, has } = await setUp();
  await has('old');
  published.keys = [next];
  clock.advance(seconds(29));
  expect(await has('new')).toBe(false);
  clock.advance(seconds(1));
  expect(await Promise.all([has('new'), has('new')])).toEqual([true, true]);
  expect(await has('old')).toBe(false);
  expect(published.loads).toBe(2);
});

test('unpublished keys cause at most one load in 30 s', async () => {
  const { clock, published, has } = await setUp();
  await has('old');
  clock.advance(seconds(30));
  for (let index = 0; index < 50; index++) expect(await has(`made-up-${index}`)).toBe(false);
  expect(published.loads).toBe(2);
});

test('a withdrawn key is refused within ten minutes', async () => {
  const { clock, next, published, has } = await setUp();
  expect(await has('old')).toBe(true);
  published.keys = [next];
  clock.advance(seconds(600));
  expect(await has('old')).toBe(false);
});

test('keys are reloaded in the background before they expire', async () => {
  const { clock, published, has } = await setUp();
  await has('old');
  clock.advance(seconds(300));
  expect(await has('old')).toBe(true);
  expect(published.loads).toBe(2);
});

test('while loading fails, the last keys stay in use and a load is tried every 30 s', async () => {
  const { clock, published, has } = await setUp();
  await has('old');
  published.isDown = true;
  for (let minute = 0; minute < 30; minute++) {
    clock.advance(seconds(60));
    expect(await Promise.all([has('old'), has('old')])).toEqual([true, true]);
  }
  expect(published.loads).toBeLessThanOrEqual(31);
});

test('until keys are loaded, lookups fail with DEPENDENCY_UNAVAILABLE', async () => {
  const { clock, published, has } = await setUp();
  published.isDown = true;
  await expect(has('old')).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  published.isDown = false;
  clock.advance(seconds(1));
  expect(await has('old')).toBe(true);
});

test('a malformed response does not replace the loaded keys', async () => {
  const { clock, published, has } = await setUp();
  await has('old');
  published.keys = 'sorry' as never;
  clock.advance(seconds(600));
  expect(await has('old')).toBe(true);
});

test('a key is valid only for its own algorithm', async () => {
  const { keys } = await setUp();
  expect(await keys.find({ alg: 'RS256', kid: 'old' })).toBeUndefined();
  expect(await keys.find({ alg: 'HS256', kid: 'old' })).toBeUndefined();
});
