import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { AuthSession } from '@valuecanvas/contracts-gateway';
import { createDatabase } from '@valuecanvas/postgres';
import { createTestDatabase, fakeClock, type TestDatabase } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../db.ts';
import { createBrowserSessions } from './browser-sessions.service.ts';
import { createBrowserSessionsStore } from './browser-sessions.store.ts';

let database: TestDatabase;
let db: ReturnType<typeof createDatabase<Database>>;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase<Database>({
    url: database.urlFor('gateway'),
    applicationName: 'test',
    poolSize: 4,
    onError: () => undefined,
  });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const hourMs = 3_600_000;

/** Issues numbered tokens that are valid for an hour. A refresh token is valid once. */
function fakeSource(principal: UserPrincipal, now: () => number) {
  let issued = 0;
  let latest = '';
  let fault: AppError | undefined;
  let refreshes = 0;
  const ended = new Set<string>();
  const session = (): AuthSession => {
    issued += 1;
    latest = `refresh-${issued}`;
    return {
      access_token: `access-${issued}`,
      token_type: 'bearer',
      expires_in: hourMs / 1_000,
      expires_at: (now() + hourMs) / 1_000,
      refresh_token: latest,
      user: { id: principal.userId, email: 'ada@example.com' } as AuthSession['user'],
    };
  };
  return {
    logIn: async () => session(),
    signUp: async () => session(),
    async refresh(refreshToken: string) {
      refreshes += 1;
      if (fault) throw fault;
      if (refreshToken !== latest) throw new AppError('VALIDATION_FAILED');
      return session();
    },
    async logOut(accessToken: string) {
      ended.add(accessToken);
    },
    fail(error: AppError | undefined) {
      fault = error;
    },
    refreshes: () => refreshes,
    ended,
    /** Verifies the tokens that the source has issued and that have not been revoked. */
    tokens: {
      known: () => undefined,
      verify: async (token: string) => (ended.has(token) ? undefined : { ...principal, sessionId: token }),
    },
  };
}

/** Two gateways on one database, with a session opened by the first. */
async function setUp() {
  const clock = fakeClock();
  const source = fakeSource(await database.createUser(), clock.now);
  const store = createBrowserSessionsStore(db.db);
  const gateway = () => createBrowserSessions({ source, tokens: source.tokens, store, now: clock.now });
  const [one, other] = [gateway(), gateway()];
  const { secret } = await one.open('ada@example.com', 'correct horse');
  return { clock, source, one, other, secret };
}

test('a cached session survives an outage of the database until its access token expires', async () => {
  const clock = fakeClock();
  const source = fakeSource(await database.createUser(), clock.now);
  const kept = createBrowserSessionsStore(db.db);
  let isAway = false;
  const store: typeof kept = {
    ...kept,
    find(...asked) {
      if (isAway) throw new AppError('DEPENDENCY_UNAVAILABLE');
      return kept.find(...asked);
    },
  };
  const sessions = createBrowserSessions({ source, tokens: source.tokens, store, now: clock.now });
  const { secret } = await sessions.open('ada@example.com', 'correct horse');
  expect(await sessions.find(secret)).toBeDefined();
  isAway = true;
  clock.advance(31_000);
  expect(await sessions.find(secret)).toBeDefined();
  clock.advance(hourMs);
  await expect(sessions.find(secret)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
});

const tokenOf = async (found: Promise<{ principal: UserPrincipal } | undefined>) =>
  (await found)?.principal.sessionId;

test('access tokens are refreshed before they expire, so that the session continues', async () => {
  const { clock, source, one, secret } = await setUp();
  clock.advance(hourMs - 60_000);
  expect(await tokenOf(one.find(secret))).toBe('access-1');
  clock.advance(1);
  expect(await tokenOf(one.find(secret))).toBe('access-1');
  clock.advance(30_000);
  expect(await tokenOf(one.find(secret))).toBe('access-2');
  expect(source.refreshes()).toBe(1);
});

test('tokens refreshed by one gateway serve the other', async () => {
  const { clock, source, one, other, secret } = await setUp();
  clock.advance(hourMs);
  expect(await tokenOf(one.find(secret))).toBe('access-2');
  expect(await tokenOf(other.find(secret))).toBe('access-2');
  expect(source.refreshes()).toBe(1);
});

test('concurrent requests refresh a session once, and neither of two gateways ends it for the other', async () => {
  const { clock, one, other, secret } = await setUp();
  clock.advance(hourMs);
  const found = await Promise.all([...Array(5)].flatMap(() => [one.find(secret), other.find(secret)]));
  expect(found.every((session) => session !== undefined)).toBe(true);
  clock.advance(30_000);
  const after = await Promise.all([tokenOf(one.find(secret)), tokenOf(other.find(secret))]);
  expect(after[0]).toBeDefined();
  expect(after[0]).toBe(after[1]);
});

test('while refreshing fails, a session continues until its access token expires', async () => {
  const { clock, source, one, secret } = await setUp();
  source.fail(new AppError('DEPENDENCY_UNAVAILABLE'));
  clock.advance(hourMs - 30_000);
  expect(await tokenOf(one.find(secret))).toBe('access-1');
  clock.advance(30_000);
  await expect(one.find(secret)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  source.fail(undefined);
  expect(await tokenOf(one.find(secret))).toBe('access-2');
});

test('a session whose refresh is refused ends', async () => {
  const { clock, source, one, secret } = await setUp();
  source.fail(new AppError('VALIDATION_FAILED'));
  clock.advance(hourMs);
  expect(await one.find(secret)).toBeUndefined();
  source.fail(undefined);
  expect(await one.find(secret)).toBeUndefined();
});

test('a rate limit on refreshes does not end a session', async () => {
  const { clock, source, one, secret } = await setUp();
  source.fail(new AppError('RATE_LIMITED'));
  clock.advance(hourMs - 30_000);
  expect(await tokenOf(one.find(secret))).toBe('access-1');
  clock.advance(30_000);
  await expect(one.find(secret)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  source.fail(undefined);
  expect(await tokenOf(one.find(secret))).toBe('access-2');
});

test('a session whose access token expires while it is verified continues with the next one', async () => {
  const { clock, source, one, secret } = await setUp();
  source.fail(new AppError('DEPENDENCY_UNAVAILABLE'));
  clock.advance(hourMs - 1);
  const { verify } = source.tokens;
  source.tokens.verify = async (token) => {
    clock.advance(1);
    source.tokens.verify = verify;
    source.fail(undefined);
    return token === 'access-1' ? undefined : verify(token);
  };
  expect(await tokenOf(one.find(secret))).toBe('access-2');
  expect(await tokenOf(one.find(secret))).toBe('access-2');
});

test('a session that was ended elsewhere ends here as well', async () => {
  const { source, one, secret } = await setUp();
  source.ended.add('access-1');
  expect(await one.find(secret)).toBeUndefined();
  source.ended.clear();
  expect(await one.find(secret)).toBeUndefined();
});

test('a session that one gateway ends is refused by the other within 30 s', async () => {
  const { clock, source, one, other, secret } = await setUp();
  await other.find(secret);
  await one.close(secret);
  expect(source.ended).toContain('access-1');
  source.ended.clear();
  clock.advance(30_000);
  expect(await other.find(secret)).toBeUndefined();
});

test('a session ends after 30 days, even if it is in use, and is deleted', async () => {
  const { clock, one, secret } = await setUp();
  for (let day = 1; day <= 30; day += 1) {
    expect(await one.find(secret)).toBeDefined();
    clock.advance(24 * hourMs);
  }
  expect(await one.find(secret)).toBeUndefined();
  const next = await one.open('ada@example.com', 'correct horse');
  const rows = await database.query('select 1 from vc_private.browser_sessions');
  expect(rows.length).toBeGreaterThan(0);
  const expired = await database.query('select 1 from vc_private.browser_sessions where expires_at <= $1', [
    new Date(clock.now()),
  ]);
  expect(expired).toEqual([]);
  expect(await one.find(next.secret)).toBeDefined();
});

test('a refused login does not reveal the reason', async () => {
  const { source, one } = await setUp();
  source.logIn = async () => {
    throw new AppError('VALIDATION_FAILED', { message: 'Invalid login credentials' });
  };
  await expect(one.open('ada@example.com', 'wrong horse')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
