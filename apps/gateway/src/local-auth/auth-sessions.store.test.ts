import { randomBytes } from 'node:crypto';
import { createDatabase } from '@valuecanvas/postgres';
import { createTestDatabase, fakeClock, type TestDatabase } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../db.ts';
import { type AuthSessionsStore, createAuthSessionsStore, graceMs } from './auth-sessions.store.ts';

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

/** A session, and how to show its tokens at the time of its own clock. */
async function openSession() {
  const { userId } = await database.createUser();
  const clock = fakeClock();
  const first = randomBytes(32);
  await store.open({ id: uuidv7(), userId, tokenHash: first, userAgent: null, at: new Date(clock.now()) });
  const show = async (hash: Buffer) => {
    const next = randomBytes(32);
    const { outcome } = await store.rotate(hash, next, new Date(clock.now()));
    return { outcome, next };
  };
  return { clock, first, show };
}

test('a lost answer can be fetched again within the grace', async () => {
  const { clock, first, show } = await openSession();
  await show(first);
  clock.advance(graceMs - 1);
  const again = await show(first);
  expect(again.outcome).toBe('rotated');
  expect((await show(again.next)).outcome).toBe('rotated');
});

test('after the grace, a used token ends the session', async () => {
  const { clock, first, show } = await openSession();
  const { next } = await show(first);
  clock.advance(graceMs);
  expect((await show(first)).outcome).toBe('reused');
  expect((await show(next)).outcome).toBe('unknown');
});

test('within the grace, only the parent of the unused token is accepted again', async () => {
  const { first, show } = await openSession();
  const { next } = await show(first);
  await show(next);
  expect((await show(first)).outcome).toBe('reused');
});

test('of two tokens that a repeated refresh gave, using one retires the other', async () => {
  const { clock, first, show } = await openSession();
  const kept = await show(first);
  const stolen = await show(first);
  expect((await show(kept.next)).outcome).toBe('rotated');
  clock.advance(graceMs);
  expect((await show(stolen.next)).outcome).toBe('reused');
});

test('of several uses at the same moment, whichever answer the client keeps is good', async () => {
  const sessions = await Promise.all(Array.from({ length: 24 }, openSession));
  for (const [index, { clock, first, show }] of sessions.entries()) {
    const answers = await Promise.all(Array.from({ length: 4 }, () => show(first)));
    expect(answers.map(({ outcome }) => outcome)).toEqual(Array(4).fill('rotated'));
    clock.advance(graceMs);
    const kept = answers[index % 4]?.next ?? first;
    expect((await show(kept)).outcome).toBe('rotated');
  }
});
