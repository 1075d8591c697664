import { fakeClock } from '@valuecanvas/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './support/start-gateway.ts';
import { echo } from './support/stub-upstream.ts';

/** Two replicas on one database and one Redis. */
let here: TestGateway;
let there: TestGateway;

const clock = fakeClock(Date.now());
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

beforeAll(async () => {
  here = await startGateway({}, { now: clock.now });
  there = await startGateway(
    {
      DATABASE_URL: here.database.urlFor('gateway'),
      REDIS_URL: here.redis.url,
      REDIS_KEY_PREFIX: here.redis.prefix,
      AUTH_SIGNING_KEYS: JSON.stringify([here.authKey]),
    },
    { now: clock.now },
  );
  for (const gateway of [here, there]) gateway.upstream.answer(echo);
});
afterAll(() => Promise.all([here.stop(), there.stop()]));

/** Both replicas, `times` times. */
const replicas = (times: number): TestGateway[] => Array.from({ length: times }).flatMap(() => [here, there]);

describe('a bearer session', () => {
  const opened = async (): Promise<{ access_token: string; refresh_token: string }> =>
    (await here.signUp()).body;

  const refresh = (gateway: TestGateway, refreshToken: string) =>
    gateway.service.request('/auth/v1/token?grant_type=refresh_token', {
      method: 'POST',
      body: { refresh_token: refreshToken },
    });

  /** Refreshes, and returns the next refresh token. */
  const next = async (gateway: TestGateway, refreshToken: string): Promise<string> => {
    const { status, body } = await refresh(gateway, refreshToken);
    expect(status).toBe(200);
    return body.refresh_token;
  };

  const refusalOf = async (gateway: TestGateway, refreshToken: string): Promise<string> => {
    const { status, body } = await refresh(gateway, refreshToken);
    expect(status).toBe(400);
    return body.error_code;
  };

  const statusOf = async (gateway: TestGateway, accessToken: string) =>
    (
      await gateway.service.request('/api/canvas', {
        headers: { authorization: `Bearer ${accessToken}` },
      })
    ).status;

  test.each([0, 9_000, 11_000, hourMs, 29 * dayMs])(
    'continues if the response to a refresh was lost %d ms ago, on any replica',
    async (delayMs) => {
      const { refresh_token: first } = await opened();
      const lost = await next(here, first);
      clock.advance(delayMs);
      const second = await next(there, first);
      expect(second).toBe(lost);
      const third = await next(there, second);
      expect(third).not.toBe(second);
    },
  );

  test('continues if responses are lost again and again, without extending its 30 days', async () => {
    const { refresh_token: first } = await opened();
    const active = await next(here, first);
    for (const gateway of replicas(5)) {
      clock.advance(2 * dayMs);
      expect(await next(gateway, first)).toBe(active);
    }
    clock.advance(10 * dayMs);
    expect(await refusalOf(here, first)).toBe('refresh_token_not_found');
    expect(await refusalOf(there, active)).toBe('refresh_token_not_found');
  });

  test('gives one refresh token to concurrent refreshes on two replicas', async () => {
    const { refresh_token: first } = await opened();
    const issued = await Promise.all(replicas(4).map((gateway) => next(gateway, first)));
    expect(new Set(issued).size).toBe(1);
    const afterwards = await Promise.all(replicas(4).map((gateway) => next(gateway, issued[0] ?? '')));
    expect(new Set(afterwards).size).toBe(1);
  });

  test('serves two holders who refresh in turn on different replicas', async () => {
    const { refresh_token: first } = await opened();
    let [one, other] = [first, first];
    for (let round = 0; round < 6; round += 1) {
      clock.advance(hourMs - 60_000);
      const [early, late] = round % 2 === 0 ? [here, there] : [there, here];
      one = await next(early, one);
      clock.advance(30_000);
      other = await next(late, other);
      expect(other).toBe(one);
    }
  });

  test.each([1, 2, 5])(
    'ends on reuse of a token whose successor was used, %d refreshes later',
    async (more) => {
      const { refresh_token: first } = await opened();
      let { body: latest } = await refresh(here, first);
      for (let refreshes = 0; refreshes < more; refreshes += 1)
        ({ body: latest } = await refresh(there, latest.refresh_token));
      expect(await statusOf(here, latest.access_token)).toBe(200);
      expect(await refusalOf(here, first)).toBe('refresh_token_already_used');
      expect(await refusalOf(there, latest.refresh_token)).toBe('refresh_token_not_found');
      expect(await statusOf(here, latest.access_token)).toBe(401);
    },
  );

  test('does not reveal its latest token through the stored tokens to a holder of an old one', async () => {
    const { refresh_token: first } = await opened();
    const second = await next(here, first);
    await next(here, second);
    const sealed = await here.database.query(
      `select from vc_private.auth_refresh_tokens where sealed_token is not null
         and (token_hash = sha256($1::bytea) or token_hash = sha256($2::bytea))`,
      [Buffer.from(first), Buffer.from(second)],
    );
    expect(sealed).toEqual([]);
  });

  test('stays ended after a logout, for its active token and for its parent', async () => {
    const { refresh_token: first } = await opened();
    const { body } = await refresh(here, first);
    const headers = { authorization: `Bearer ${body.access_token}` };
    const answer = await here.service.request('/auth/v1/logout?scope=local', { method: 'POST', headers });
    expect(answer.status).toBe(204);
    expect(await refusalOf(there, first)).toBe('refresh_token_not_found');
    expect(await refusalOf(there, body.refresh_token)).toBe('refresh_token_not_found');
  });

  test('is not revived by a refresh that runs during its logout', async () => {
    const { access_token, refresh_token: first } = await opened();
    const headers = { authorization: `Bearer ${access_token}` };
    const refreshes = replicas(3).map((gateway) => refresh(gateway, first));
    await here.service.request('/auth/v1/logout?scope=local', { method: 'POST', headers });
    for (const { status, body } of await Promise.all(refreshes)) {
      const latest = status === 200 ? body.refresh_token : first;
      expect(await refusalOf(there, latest)).toBe('refresh_token_not_found');
    }
  });
});

describe('a cookie session', () => {
  /** Logs a new user in, and returns the cookie. */
  async function logIn(): Promise<string> {
    const { body: account } = await here.signUp();
    const { headers } = await here.service.request('/auth/session', {
      method: 'POST',
      body: { email: account.user.email, password: 'correct horse' },
    });
    return headers.getSetCookie()[0]?.split(';')[0] ?? '';
  }

  const statusAt = async (gateway: TestGateway, cookie: string) =>
    (await gateway.service.request('/auth/session', { headers: { cookie } })).status;

  const stored = async () => {
    const [row] = await here.database.query<{ cookie_hash: Buffer; sealed_tokens: Buffer }>(
      'select cookie_hash, sealed_tokens from vc_private.browser_sessions order by created_at desc limit 1',
    );
    if (!row) throw new Error('There is no browser session.');
    return row;
  };

  test('continues in two tabs that use it at once on two replicas, hour after hour', async () => {
    const cookie = await logIn();
    for (let hour = 0; hour < 4; hour += 1) {
      clock.advance(hourMs);
      const statuses = await Promise.all(replicas(4).map((gateway) => statusAt(gateway, cookie)));
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
  });

  test('continues if the gateway crashed after a refresh, before it stored the tokens', async () => {
    const cookie = await logIn();
    clock.advance(hourMs);
    const before = await stored();
    expect(await statusAt(here, cookie)).toBe(200);
    expect((await stored()).sealed_tokens).not.toEqual(before.sealed_tokens);
    await here.database.query(
      'update vc_private.browser_sessions set sealed_tokens = $2 where cookie_hash = $1',
      [before.cookie_hash, before.sealed_tokens],
    );
    clock.advance(hourMs);
    expect(await statusAt(there, cookie)).toBe(200);
    clock.advance(hourMs);
    expect(await statusAt(here, cookie)).toBe(200);
  });

  test('stays ended after a logout, also if its tokens were due for a refresh', async () => {
    const cookie = await logIn();
    expect(await statusAt(there, cookie)).toBe(200);
    clock.advance(hourMs);
    const { body } = await here.service.request('/auth/session', { headers: { cookie } });
    const closed = await here.service.request('/auth/session', {
      method: 'DELETE',
      headers: { cookie, 'x-csrf-token': body.data.csrfToken },
    });
    expect(closed.status).toBe(204);
    clock.advance(hourMs);
    expect([await statusAt(here, cookie), await statusAt(there, cookie)]).toEqual([401, 401]);
  });
});
