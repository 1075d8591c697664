import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { fakeClock } from '@valuecanvas/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeSupabase, startFakeSupabase } from './support/fake-supabase.ts';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

/** Two replicas on one database and one Redis. */
let gateway: TestGateway;
let replica: TestGateway;
let supabase: FakeSupabase;

const clock = fakeClock(Date.now());

beforeAll(async () => {
  supabase = await startFakeSupabase();
  const environment = { SUPABASE_URL: supabase.url, AUTH_SIGNING_KEYS: '' };
  gateway = await startGateway(environment, { now: clock.now });
  replica = await startGateway(
    {
      ...environment,
      DATABASE_URL: gateway.database.urlFor('gateway'),
      REDIS_KEY_PREFIX: gateway.redis.prefix,
    },
    { now: clock.now },
  );
});
afterAll(async () => {
  await Promise.all([gateway.stop(), replica.stop(), supabase.goAway()]);
});

describe('a cookie session of Supabase', () => {
  const hour = 3_600;

  /** Logs in, with an access token that lasts an hour. */
  async function loggedIn() {
    const refreshed: string[] = [];
    const { userId } = await gateway.database.createUser();
    let sessions = 0;
    const issue = async (response: ServerResponse) => {
      const iat = Math.floor(clock.now() / 1_000);
      sessions += 1;
      const session = {
        access_token: await supabase.token({ sub: userId, iat, exp: iat + hour, jti: randomUUID() }),
        token_type: 'bearer',
        expires_in: hour,
        expires_at: iat + hour,
        refresh_token: `refresh-${sessions}`,
        user: {
          id: userId,
          aud: 'authenticated',
          role: 'authenticated',
          email: 'ada@example.com',
          phone: '',
          app_metadata: {},
          user_metadata: {},
          identities: [],
          created_at: '2026-01-01T00:00:00Z',
          updated_at: '2026-01-01T00:00:00Z',
          is_anonymous: false,
        },
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(session));
    };
    supabase.answer = (_, response) => void issue(response);
    const { status, headers } = await gateway.service.request('/auth/session', {
      method: 'POST',
      body: { email: 'ada@example.com', password: 'correct horse' },
    });
    expect(status).toBe(201);
    const cookie = headers.getSetCookie()[0]?.split(';')[0] ?? '';
    return {
      refreshed,
      /** Responds to the next refreshes with a status, or with new tokens if it is 200. */
      refreshesWith(answer: number) {
        supabase.answer = ({ body }, response) => {
          refreshed.push(JSON.parse(body).refresh_token);
          if (answer === 200) void issue(response);
          else response.writeHead(answer, { 'content-type': 'application/json' }).end('{"msg":"refused"}');
        };
      },
      status: async (asked = gateway) =>
        (await asked.service.request('/auth/session', { headers: { cookie } })).status,
    };
  }

  test.each([401, 404, 408, 409, 429, 500, 503])(
    'survives a refresh that Supabase answers with %d, and repeats it with the same token',
    async (answer) => {
      const { refreshed, refreshesWith, status } = await loggedIn();
      refreshesWith(answer);
      clock.advance((hour - 30) * 1_000);
      expect(await status()).toBe(200);
      clock.advance(30_000);
      expect(await status()).toBe(answer === 429 ? 429 : 503);
      refreshesWith(200);
      expect(await status()).toBe(200);
      expect(await status(replica)).toBe(200);
      expect(new Set(refreshed)).toEqual(new Set(['refresh-1']));
    },
  );

  test.each([400, 403, 422])('ends with a refresh that Supabase refuses with %d', async (answer) => {
    const { refreshesWith, status } = await loggedIn();
    refreshesWith(answer);
    clock.advance(hour * 1_000);
    expect(await status()).toBe(401);
    refreshesWith(200);
    expect([await status(), await status(replica)]).toEqual([401, 401]);
  });
});
