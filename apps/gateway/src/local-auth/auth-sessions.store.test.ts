import { randomBytes } from 'node:crypto';
import { createDatabase } from '@valuecanvas/postgres';
import { createTestDatabase, fakeClock, type TestDatabase } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../db.ts';
import { type AuthSessionsStore, createAuthSessionsStore, idleMs } from './auth-sessions.store.ts';

let database: TestDatabase;
let store: AuthSessionsStore;
let close: () => Promise<void>;

beforeAll(async () => {
  database = await createTestDatabase();
  const connection = createDatabase<Database>({
    url: database.urlFor('gateway'),
    applicationName: 'test',
    poolSize: 4,
    onError: () => undefined,
  });
  store = createAuthSessionsStore(connection.db);
  close = connection.close;
});
afterAll(async () => {
  await close();
  await database.drop();
});

const dayMs = 86_400_000;

/** Opens a session with its own clock. Returns it with functions that present its tokens. */
async function openSession() {
  const { userId } = await database.createUser();
  await setPassword(userId, 'hash');
  const clock = fakeClock();
  const first = randomBytes(32);
  const id = uuidv7();
  const open = (passwordHash: string) =>
    store.open({
      id: uuidv7(),
      userId,
      passwordHash,
      tokenHash: randomBytes(32),
      userAgent: null,
      at: new Date(clock.now()),
    });
  const at = new Date(clock.now());
  await store.open({ id, userId, passwordHash: 'hash', tokenHash: first, userAgent: null, at });
  /** Presents a token. Its successor is sealed by a stand-in, the hash itself. */
  const show = async (hash: Buffer) => {
    const created: Buffer = randomBytes(32);
    const rotation = await store.rotate(hash, { hash: created, sealed: created }, new Date(clock.now()));
    return {
      outcome: rotation.outcome,
      next: rotation.outcome === 'rotated' ? rotation.sealed : created,
    };
  };
  return { clock, first, show, id, userId, open };
}

const setPassword = (userId: string, hash: string) =>
  database.query('update auth.users set encrypted_password = $2 where id = $1', [userId, hash]);

test('a password that changes while it is checked opens no session', async () => {
  const { userId, open } = await openSession();
  expect(await open('hash')).toBe(true);
  await setPassword(userId, 'another hash');
  expect(await open('hash')).toBe(false);
});

test('a session lasts while it is refreshed within 30 days', async () => {
  const { clock, first, show } = await openSession();
  clock.advance(idleMs - 1);
  const { outcome, next } = await show(first);
  expect(outcome).toBe('rotated');
  clock.advance(idleMs);
  expect((await show(next)).outcome).toBe('unknown');
});

test('idle sessions are deleted with their tokens, and no others', async () => {
  const { clock, first, show, id, open } = await openSession();
  clock.advance(idleMs);
  await open('hash');
  const kept = () => database.query('select 1 from vc_private.auth_sessions where id = $1', [id]);
  await store.forget(new Date(clock.now()));
  expect(await kept()).toHaveLength(1);
  await store.forget(new Date(clock.now() + 1));
  expect(await kept()).toHaveLength(0);
  expect((await show(first)).outcome).toBe('unknown');
});

test('a session keeps only the refresh tokens of the last 30 days', async () => {
  const { clock, first, show, id } = await openSession();
  let token: Buffer = first;
  for (let month = 0; month < 4; month += 1) {
    clock.advance(idleMs - 1);
    token = (await show(token)).next;
  }
  const rows = await database.query('select 1 from vc_private.auth_refresh_tokens where session_id = $1', [
    id,
  ]);
  expect(rows.length).toBeLessThanOrEqual(3);
});

test('a session is live until it is ended', async () => {
  const { clock, id } = await openSession();
  expect(await store.isLive(id)).toBe(true);
  await store.end(id, new Date(clock.now()));
  expect(await store.isLive(id)).toBe(false);
  expect(await store.isLive(uuidv7())).toBe(false);
});

test('the parent of the active token yields the active token, at any time', async () => {
  const { clock, first, show } = await openSession();
  const lost = await show(first);
  for (const days of [0, 1, 28]) {
    clock.advance(days * dayMs);
    expect(await show(first)).toEqual(lost);
  }
  expect((await show(lost.next)).outcome).toBe('rotated');
});

test('reuse of a token whose successor was used ends the session', async () => {
  const { first, show } = await openSession();
  const { next } = await show(first);
  const latest = await show(next);
  expect((await show(first)).outcome).toBe('reused');
  expect((await show(latest.next)).outcome).toBe('unknown');
});

test('only the active token of a session is stored sealed', async () => {
  const { first, show, id } = await openSession();
  const sealed = () =>
    database.query<{ sealed_token: Buffer }>(
      'select sealed_token from vc_private.auth_refresh_tokens where session_id = $1 and sealed_token is not null',
      [id],
    );
  expect(await sealed()).toEqual([]);
  let token: Buffer = first;
  for (let refreshes = 0; refreshes < 3; refreshes += 1) {
    token = (await show(token)).next;
    expect(await sealed()).toEqual([{ sealed_token: token }]);
  }
});

test('concurrent uses of a token yield one successor', async () => {
  const sessions = await Promise.all(Array.from({ length: 24 }, openSession));
  for (const { first, show } of sessions) {
    const answers = await Promise.all(Array.from({ length: 4 }, () => show(first)));
    expect(answers.map(({ outcome }) => outcome)).toEqual(Array(4).fill('rotated'));
    expect(new Set(answers.map(({ next }) => next.toString('hex'))).size).toBe(1);
  }
});

test('a session that the previous release refreshed continues with either of its tokens', async () => {
  for (const usesSibling of [true, false]) {
    const { clock, first, show } = await openSession();
    const { next: unsealed } = await show(first);
    await database.query(
      'update vc_private.auth_refresh_tokens set sealed_token = null where token_hash = $1',
      [unsealed],
    );
    clock.advance(dayMs);
    const sibling = await show(first);
    expect(sibling.outcome).toBe('rotated');
    expect(await show(first)).toEqual(sibling);
    const latest = await show(usesSibling ? sibling.next : unsealed);
    expect(latest.outcome).toBe('rotated');
    expect((await show(first)).outcome).toBe('reused');
  }
});
