import { AppError } from '@valuecanvas/contracts-core';
import { fakeClock } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { readRoles } from '../roles/roles.ts';
import { generateApiKey, hashApiKey } from './api-key-format.ts';
import { createApiKeyVerifier } from './api-key-verifier.ts';
import type { FoundApiKey } from './api-keys.store.ts';

/** A verifier of keys in memory, with a record of its look-ups. */
function setUp() {
  const clock = fakeClock();
  const stored = new Map<string, FoundApiKey>();
  const asked: string[] = [];
  const noted: string[] = [];
  let answer = async (hash: Buffer): Promise<FoundApiKey | undefined> => stored.get(hash.toString('hex'));
  const verifier = createApiKeyVerifier({
    store: {
      find(hash) {
        asked.push(hash.toString('hex'));
        return answer(hash);
      },
      async noteUse(id, _owner, { at }) {
        noted.push(`${id} ${at.getTime()}`);
      },
    },
    roles: readRoles(),
    now: clock.now,
    log: { warn: () => undefined },
  });
  const add = (changes: Partial<FoundApiKey> = {}): string => {
    const { key } = generateApiKey();
    stored.set(hashApiKey(key).toString('hex'), {
      id: `id of ${key}`,
      user_id: 'user',
      scopes: ['llm'],
      expires_at: null,
      last_used_at: null,
      raw_app_meta_data: { tier: 'pro', role: 'user' },
      banned_until: null,
      ...changes,
    });
    return key;
  };
  return {
    clock,
    stored,
    asked,
    noted,
    verifier,
    add,
    answerWith(next: typeof answer) {
      answer = next;
    },
  };
}

test('a verified key is cached for 30 s, with the tier and role of its user', async () => {
  const { clock, asked, verifier, add } = setUp();
  const key = add();
  expect(verifier.known(key)).toBeUndefined();
  const principal = {
    kind: 'user',
    userId: 'user',
    tier: 'pro',
    role: 'user',
    permissions: ['llm'],
    apiKeyId: `id of ${key}`,
  };
  expect(await verifier.verify(key)).toEqual(principal);
  clock.advance(29_999);
  expect(verifier.known(key)).toEqual(principal);
  clock.advance(1);
  expect(verifier.known(key)).toBeUndefined();
  expect(asked).toHaveLength(1);
});

test('a malformed key is refused without a look-up, and an unknown key after one', async () => {
  const { asked, verifier } = setUp();
  expect(await verifier.verify('vc_rubbish')).toBeUndefined();
  expect(asked).toHaveLength(0);
  const { key } = generateApiKey();
  for (let times = 0; times < 5; times++) expect(await verifier.verify(key)).toBeUndefined();
  expect(asked).toHaveLength(1);
});

test('concurrent requests with one key share one look-up', async () => {
  const { asked, verifier, add } = setUp();
  const key = add();
  const found = await Promise.all(Array.from({ length: 20 }, () => verifier.verify(key)));
  expect(found.every((principal) => principal?.userId === 'user')).toBe(true);
  expect(asked).toHaveLength(1);
});

test('a key is never cached beyond its expiry', async () => {
  const { clock, verifier, add } = setUp();
  const key = add({ expires_at: new Date(clock.now() + 10_000) });
  await verifier.verify(key);
  clock.advance(9_999);
  expect(verifier.known(key)).toBeDefined();
  clock.advance(1);
  expect(verifier.known(key)).toBeUndefined();
  expect(await verifier.verify(key)).toBeUndefined();
});

test('the key of a banned user is refused, and a scope that no longer exists grants nothing', async () => {
  const { clock, verifier, add } = setUp();
  expect(await verifier.verify(add({ banned_until: new Date(clock.now() + 1) }))).toBeUndefined();
  expect(await verifier.verify(add({ banned_until: new Date(clock.now()) }))).toBeDefined();
  expect(await verifier.verify(add({ scopes: ['of old'] }))).toMatchObject({ permissions: [] });
});

test.each<[string, readonly string[]]>([
  ['admin', ['llm', 'flags:write', 'users:write']],
  ['operator', ['llm', 'flags:write']],
  ['user', ['llm']],
  ['a role that does not exist', ['llm']],
])('the key of a user with the role %s holds only what the role holds', async (role, permissions) => {
  const { verifier, add } = setUp();
  const key = add({ scopes: ['users:write', 'flags:write', 'llm'], raw_app_meta_data: { role } });
  expect(await verifier.verify(key)).toMatchObject({ permissions });
});

test('the keys of a user whose role changed are looked up again at once', async () => {
  const { verifier, add, stored } = setUp();
  const key = add({ scopes: ['users:write'], raw_app_meta_data: { role: 'admin' } });
  const other = add({ user_id: 'another user' });
  await Promise.all([verifier.verify(key), verifier.verify(other)]);
  const row = stored.get(hashApiKey(key).toString('hex')) as FoundApiKey;
  stored.set(hashApiKey(key).toString('hex'), { ...row, raw_app_meta_data: { role: 'user' } });
  verifier.forgetOwner('user');
  expect(verifier.known(key)).toBeUndefined();
  expect(verifier.known(other)).toBeDefined();
  expect(await verifier.verify(key)).toMatchObject({ role: 'user', permissions: [] });
});

test('a forgotten key is looked up again at once, others are not', async () => {
  const { asked, verifier, add } = setUp();
  const [gone, kept] = [add(), add()];
  await Promise.all([verifier.verify(gone), verifier.verify(kept)]);
  verifier.forget(`id of ${gone}`);
  expect(verifier.known(gone)).toBeUndefined();
  expect(verifier.known(kept)).toBeDefined();
  expect(asked).toHaveLength(2);
});

test('a look-up that began before a revocation is not used by later requests', async () => {
  const { stored, verifier, add, answerWith } = setUp();
  const key = add();
  const read = stored.get(hashApiKey(key).toString('hex'));
  const { promise, resolve } = Promise.withResolvers<FoundApiKey | undefined>();
  answerWith(() => promise);
  const before = verifier.verify(key);
  verifier.forget(`id of ${key}`);
  answerWith(async () => undefined);
  expect(await verifier.verify(key)).toBeUndefined();
  resolve(read);
  await before;
  expect(verifier.known(key)).toBeUndefined();
});

test('without PostgreSQL, a cached key works until it expires from the cache, and then fails as unavailable', async () => {
  const { clock, asked, verifier, add, answerWith } = setUp();
  const key = add();
  await verifier.verify(key);
  answerWith(async () => {
    throw new AppError('DEPENDENCY_UNAVAILABLE');
  });
  clock.advance(29_999);
  expect(verifier.known(key)).toBeDefined();
  clock.advance(1);
  for (let times = 0; times < 3; times++) {
    await expect(verifier.verify(key)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  }
  expect(asked).toHaveLength(2);
  clock.advance(1_000);
  await expect(verifier.verify(key)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  expect(asked).toHaveLength(3);
});

test('look-ups of many made-up keys have bounded concurrency, and most are refused', async () => {
  const { asked, verifier, answerWith } = setUp();
  const { promise, resolve } = Promise.withResolvers<FoundApiKey | undefined>();
  answerWith(() => promise);
  const flood = Array.from({ length: 1_000 }, () => verifier.verify(generateApiKey().key));
  const settled = Promise.allSettled(flood);
  expect(asked.length).toBeLessThanOrEqual(4);
  resolve(undefined);
  const refused = (await settled).filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(1_000 - 204);
  expect(refused[0]).toMatchObject({ reason: { name: 'QueueFullError' } });
});

test('the last use is updated at most once a minute', async () => {
  const { clock, noted, verifier, add } = setUp();
  const start = clock.now();
  const key = add();
  await verifier.verify(key);
  const recent = add({ last_used_at: new Date(start - 59_999) });
  await verifier.verify(recent);
  expect(noted).toEqual([`id of ${key} ${start}`]);
  clock.advance(30_000);
  await verifier.verify(recent);
  expect(noted).toEqual([`id of ${key} ${start}`, `id of ${recent} ${start + 30_000}`]);
});
