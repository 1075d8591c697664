import { randomBytes } from 'node:crypto';
import { createDatabase } from '@valuecanvas/postgres';
import { createTestDatabase, fakeClock, type TestDatabase } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../db.ts';
import { type AuthSessionsStore, createAuthSessionsStore, graceMs, idleMs } from './auth-sessions.store.ts';

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
  const show = async (hash: Buffer) => {
    const next = randomBytes(32);
    const { outcome } = await store.rotate(hash, next, new Date(clock.now()));
    return { outcome, next };
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
  let token = first;
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

test('a token can be used again within the grace period, in case the response was lost', async () => {
  const { clock, first, show } = await openSession();
  await show(first);
  clock.advance(graceMs - 1);
  const again = await show(first);
  expect(again.outcome).toBe('rotated');
  expect((await show(again.next)).outcome).toBe('rotated');
});

test('after the grace period, reuse of a token ends the session', async () => {
  const { clock, first, show } = await openSession();
  const { next } = await show(first);
  clock.advance(graceMs);
  expect((await show(first)).outcome).toBe('reused');
  expect((await show(next)).outcome).toBe('unknown');
});

test('within the grace period, only the parent of the unused token is accepted again', async () => {
  const { first, show } = await openSession();
  const { next } = await show(first);
  await show(next);
  expect((await show(first)).outcome).toBe('reused');
});

test('using one of two tokens from repeated refreshes retires the other', async () => {
  const { clock, first, show } = await openSession();
  const kept = await show(first);
  const stolen = await show(first);
  expect((await show(kept.next)).outcome).toBe('rotated');
  clock.advance(graceMs);
  expect((await show(stolen.next)).outcome).toBe('reused');
});

test('each token returned by concurrent refreshes is valid', async () => {
  const sessions = await Promise.all(Array.from({ length: 24 }, openSession));
  for (const [index, { clock, first, show }] of sessions.entries()) {
    const answers = await Promise.all(Array.from({ length: 4 }, () => show(first)));
    expect(answers.map(({ outcome }) => outcome)).toEqual(Array(4).fill('rotated'));
    clock.advance(graceMs);
    const kept = answers[index % 4]?.next ?? first;
    expect((await show(kept)).outcome).toBe('rotated');
  }
});
