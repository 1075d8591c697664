import { randomUUID } from 'node:crypto';
import { type FakeClock, fakeClock } from '@valuecanvas/testing';
import { type CryptoKey, exportSPKI, importJWK } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createProjectKey, type FakeSupabase, startFakeSupabase } from './support/fake-supabase.ts';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

const secret = 'a secret of at least 32 characters';

let supabase: FakeSupabase;
let clock: FakeClock;
/** Two replicas, shared by all tests that do not need a separate gateway. */
let gateway: TestGateway;
let replica: TestGateway;
let others: TestGateway[] = [];

beforeAll(async () => {
  supabase = await startFakeSupabase();
  clock = fakeClock(Date.now());
  gateway = await start({ SUPABASE_ANON_KEY: 'anon' });
  replica = await start({ REDIS_KEY_PREFIX: gateway.redis.prefix });
  others = [];
});
beforeEach(() => supabase.reset());
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.stop()));
});
afterAll(async () => {
  await Promise.all([gateway.stop(), replica.stop(), supabase.goAway()]);
});

async function start(environment: Record<string, string> = {}): Promise<TestGateway> {
  const started = await startGateway(
    { SUPABASE_URL: supabase.url, AUTH_SIGNING_KEYS: '', ...environment },
    { now: clock.now },
  );
  others.push(started);
  return started;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const statusAt = async (asked: TestGateway, token: string, path = '/api/admin/users') =>
  (await asked.service.request(path, { headers: bearer(token) })).status;

describe('an access token of the project', () => {
  test('is accepted in ES256 and RS256, with the tier and role of its app_metadata', async () => {
    const own = await start();
    const rsa = await createProjectKey('rsa', 'RS256');
    supabase.keys.push(rsa);
    expect(await statusAt(own, await supabase.token())).toBe(200);
    const signed = await supabase.token({}, { key: rsa.privateKey, alg: 'RS256', kid: 'rsa' });
    expect(await statusAt(own, signed)).toBe(200);
    const claims = { app_metadata: {}, user_metadata: { role: 'admin' } };
    expect(await statusAt(own, await supabase.token(claims))).toBe(403);
    expect(supabase.keyLoads).toBe(1);
  });

  test('is refused if it is forged', async () => {
    const now = Math.floor(clock.now() / 1_000);
    const [foreign, same] = await Promise.all([createProjectKey('foreign'), createProjectKey('first')]);
    const publicKey = (await importJWK(supabase.key.published, 'ES256', { extractable: true })) as CryptoKey;
    const spki = new TextEncoder().encode(await exportSPKI(publicKey));
    const good = await supabase.token();
    const [, payload = '', signature = ''] = good.split('.');
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const forged = {
      expired: await supabase.token({ exp: now - 1 }),
      eternal: await supabase.token({ exp: undefined }),
      'too long-lived': await supabase.token({ exp: now + 8 * 24 * 3_600 }),
      'not yet valid': await supabase.token({ nbf: now + 60 }),
      'for another audience': await supabase.token({ aud: 'anon' }),
      'of another issuer': await supabase.token({ iss: 'https://evil.example/auth/v1' }),
      'of the local issuer': await supabase.token({ iss: 'https://canvas.example.com/auth/v1' }),
      'without a user': await supabase.token({ sub: undefined }),
      'whose user is not a UUID': await supabase.token({ sub: 'admin' }),
      'of an unknown key': await supabase.token({}, { key: foreign.privateKey, kid: 'foreign' }),
      'of another key under a known id': await supabase.token({}, { key: same.privateKey }),
      'HS256 with the public key as its secret': await supabase.token({}, { key: spki, alg: 'HS256' }),
      'HS256 with a secret that is not configured': await supabase.token(
        {},
        { key: new TextEncoder().encode(secret), alg: 'HS256' },
      ),
      'alg none': `${encode({ alg: 'none', kid: 'first' })}.${payload}.`,
      'ES256 that calls itself none': `${encode({ alg: 'none', kid: 'first' })}.${payload}.${signature}`,
      tampered: good.replace(
        payload,
        encode({ ...JSON.parse(String(Buffer.from(payload, 'base64url'))), a: 1 }),
      ),
      internal: await gateway.identities.signer('gateway')('canvas', { kind: 'service', service: 'gateway' }),
    };
    const statuses = await Promise.all(
      Object.entries(forged).map(async ([name, token]) => [
        name,
        await statusAt(gateway, token, '/api/canvas'),
      ]),
    );
    expect(Object.fromEntries(statuses)).toEqual(
      Object.fromEntries(Object.keys(forged).map((name) => [name, 401])),
    );
  });

  test('in HS256 is accepted only with the configured secret', async () => {
    const own = await start({ JWT_SECRET: secret });
    const sign = (text: string) => supabase.token({}, { key: new TextEncoder().encode(text), alg: 'HS256' });
    expect(await statusAt(own, await sign(secret))).toBe(200);
    expect(await statusAt(own, await sign(`${secret}!`))).toBe(401);
    expect(supabase.keyLoads).toBe(0);
    expect(await statusAt(own, await supabase.token())).toBe(200);
  });

  test('with a new key is accepted after one reload, once the last load is 30 s old', async () => {
    const own = await start();
    await statusAt(own, await supabase.token());
    const next = await createProjectKey('next');
    supabase.keys.push(next);
    const rotated = await supabase.token({}, { key: next.privateKey, kid: 'next' });
    expect(await statusAt(own, rotated)).toBe(401);
    clock.advance(30_000);
    expect(await Promise.all([statusAt(own, rotated), statusAt(own, rotated)])).toEqual([200, 200]);
    expect(supabase.keyLoads).toBe(2);
  });

  test('is accepted while Supabase is unavailable if its key is cached; without keys the response is 503', async () => {
    const fresh = await start();
    await statusAt(gateway, await supabase.token());
    await supabase.goAway();
    clock.advance(60_000);
    expect(await statusAt(gateway, await supabase.token({ jti: 'another' }))).toBe(200);
    const { status, body } = await fresh.service.request('/api/canvas', {
      headers: bearer(await supabase.token()),
    });
    expect([status, body.code]).toEqual([503, 'DEPENDENCY_UNAVAILABLE']);
    await supabase.comeBack();
  });
});

describe('a request to Supabase Auth', () => {
  const ask = (asked: TestGateway, path: string, request: object = {}) =>
    asked.service.request(`/auth/v1${path}`, request);

  test('carries the headers and address of the client, and none of the edge', async () => {
    await ask(gateway, '/token?grant_type=password', {
      method: 'POST',
      body: { email: 'ada@example.com', password: 'correct horse' },
      headers: {
        'x-client-info': 'supabase-js/2',
        'x-supabase-api-version': '2024-01-01',
        'x-forwarded-for': '203.0.113.9',
        'x-vc-identity': 'smuggled',
        cookie: 'session=1',
        authorization: 'Bearer sb_publishable_1',
      },
    });
    const [received] = supabase.received;
    const { method, url, headers = {}, body = '' } = received ?? {};
    expect([method, url]).toEqual(['POST', '/auth/v1/token?grant_type=password']);
    expect(JSON.parse(body)).toEqual({ email: 'ada@example.com', password: 'correct horse' });
    expect(headers).toMatchObject({
      apikey: 'anon',
      authorization: 'Bearer sb_publishable_1',
      'content-type': 'application/json',
      'x-client-info': 'supabase-js/2',
      'x-supabase-api-version': '2024-01-01',
      'x-forwarded-for': '127.0.0.1',
    });
    for (const name of ['cookie', 'x-vc-identity']) expect(headers).not.toHaveProperty(name);
  });

  test('keeps the project key that the client sends', async () => {
    await ask(gateway, '/settings', { headers: { apikey: 'its own' } });
    expect(supabase.received[0]?.headers.apikey).toBe('its own');
  });

  test('returns the response unchanged, except for headers that the edge sets', async () => {
    supabase.answer = (_, response) => {
      response.writeHead(422, {
        'content-type': 'application/json',
        'x-sb-error-code': 'weak_password',
        'x-supabase-api-version': '2024-01-01',
        'access-control-allow-origin': '*',
        'set-cookie': '__cf_bm=1',
      });
      response.end('{"code":"weak_password","message":"Too short"}');
    };
    const { status, headers, body } = await ask(gateway, '/signup', { method: 'POST', body: {} });
    expect([status, body]).toEqual([422, { code: 'weak_password', message: 'Too short' }]);
    expect(headers.get('x-sb-error-code')).toBe('weak_password');
    expect(headers.get('x-supabase-api-version')).toBe('2024-01-01');
    for (const name of ['access-control-allow-origin', 'set-cookie']) expect(headers.has(name)).toBe(false);
  });

  test('is forwarded for every path below /auth/v1, with any credentials, which Supabase verifies', async () => {
    for (const path of ['/user', '/otp', '/admin/users', '/.well-known/openid-configuration']) {
      expect((await ask(gateway, path, { headers: bearer('bad') })).status).toBe(200);
    }
    expect(supabase.received.map(({ url }) => url)).toHaveLength(4);
    expect(await ask(gateway, '/x/%2e%2e/%2e%2e/rest/v1/users')).toMatchObject({ status: 404 });
  });

  test('counts against the credential limit if it is a POST', async () => {
    const own = await start({ AUTH_RATE_LIMIT_PER_MINUTE: '2' });
    const post = async (path: string) => (await ask(own, path, { method: 'POST', body: {} })).status;
    expect([await post('/token?grant_type=password'), await post('/otp'), await post('/signup')]).toEqual([
      200, 200, 429,
    ]);
    expect((await ask(own, '/user')).status).toBe(200);
  });

  test('is answered with 503 in Supabase’s error format while Supabase is unavailable', async () => {
    await supabase.goAway();
    const { status, body } = await ask(gateway, '/user');
    expect([status, body.code, body.error_code]).toEqual([503, 503, 'dependency_unavailable']);
    await supabase.comeBack();
  });

  test('does not change the API document', async () => {
    const local = await startGateway();
    others.push(local);
    const document = async (of: TestGateway) => (await of.service.request('/api/openapi.json')).body;
    expect(await document(gateway)).toEqual(await document(local));
  });
});

describe('a session that is ended through the gateway', () => {
  /** Tokens of two sessions of one user, cached by both replicas. */
  async function logInTwice() {
    const userId = randomUUID();
    const tokenOf = (changes: object = {}) =>
      supabase.token({ sub: userId, session_id: randomUUID(), ...changes });
    const [own, other] = [await tokenOf(), await tokenOf()];
    for (const asked of [gateway, replica]) {
      expect([await statusAt(asked, own), await statusAt(asked, other)]).toEqual([200, 200]);
    }
    const post = (path: string, token: string, method = 'POST', body: unknown = {}) =>
      gateway.service.request(`/auth/v1${path}`, { method, body, headers: bearer(token) });
    /** Returns the statuses of both tokens: here immediately, and in the other replica within the promised minute. */
    const afterwards = async () => {
      const here = [await statusAt(gateway, own), await statusAt(gateway, other)];
      clock.advance(30_000);
      return { here, elsewhere: [await statusAt(replica, own), await statusAt(replica, other)] };
    };
    return { tokenOf, own, other, post, afterwards };
  }

  test.each([
    ['local', '/logout?scope=local', [401, 200]],
    ['all', '/logout', [401, 401]],
    ['global', '/logout?scope=global', [401, 401]],
    ['others', '/logout?scope=others', [200, 401]],
  ])(
    'by a logout (%s) is refused here immediately, and by other replicas within 30 s',
    async (_, path, expected) => {
      const { own, post, afterwards } = await logInTwice();
      expect((await post(path, own)).status).toBe(200);
      expect(await afterwards()).toEqual({ here: expected, elsewhere: expected });
    },
  );

  test('by a new password is refused, except for the session that set it', async () => {
    const { own, post, afterwards } = await logInTwice();
    await post('/user', own, 'PUT', { password: 'another horse' });
    expect(await afterwards()).toEqual({ here: [200, 401], elsewhere: [200, 401] });
  });

  test('stays live if only data is changed or Supabase refuses the request', async () => {
    const { own, post, afterwards } = await logInTwice();
    await post('/user', own, 'PUT', { data: { password: 'not one' } });
    supabase.answer = (_request, response) => void response.writeHead(500).end();
    await post('/logout', own);
    await post('/user', own, 'PUT', { password: 'another horse' });
    expect(await afterwards()).toEqual({ here: [200, 200], elsewhere: [200, 200] });
  });

  test('is told apart from a session of the same second by asking Supabase', async () => {
    const { tokenOf, own, post } = await logInTwice();
    const iat = Math.floor(clock.now() / 1_000);
    const [late, fresh] = [await tokenOf({ iat }), await tokenOf({ iat })];
    supabase.answer = ({ headers }, response) =>
      void response.writeHead(headers.authorization === `Bearer ${late}` ? 403 : 200).end('{}');
    await post('/logout', own);
    expect([await statusAt(gateway, late), await statusAt(gateway, fresh)]).toEqual([401, 200]);
  });
});

describe('a new password with a link of Supabase', () => {
  const ask = (path: string, body: object) => gateway.service.request(path, { method: 'POST', body });
  const calls = () => supabase.received.map(({ method, url }) => `${method} ${url}`);

  test('is asked for at Supabase, whose link leads to the page', async () => {
    expect((await ask('/auth/session/recover', { email: 'ada@example.com' })).status).toBe(202);
    expect(calls()).toEqual(['POST /auth/v1/recover?redirect_to=https%3A%2F%2Fcanvas.example.com%2Freset']);
    expect((await ask('/auth/v1/recover', { email: 'ada@example.com' })).status).toBe(200);
    expect((await gateway.service.request('/api/site')).body.data.passwordResetByMail).toBe(true);
  });

  test('is set at Supabase, and ends all sessions here and in other replicas', async () => {
    const userId = randomUUID();
    const tokenOf = () => supabase.token({ sub: userId, session_id: randomUUID() });
    const [linked, other] = [await tokenOf(), await tokenOf()];
    for (const asked of [gateway, replica]) expect(await statusAt(asked, other)).toBe(200);
    const { status } = await ask('/auth/session/reset', { token: linked, password: 'battery staple' });
    expect([status, calls()]).toEqual([204, ['PUT /auth/v1/user', 'POST /auth/v1/logout?scope=global']]);
    expect(supabase.received[0]).toMatchObject({
      headers: { authorization: `Bearer ${linked}`, apikey: 'anon' },
      body: '{"password":"battery staple"}',
    });
    expect(await statusAt(gateway, other)).toBe(401);
    clock.advance(30_000);
    expect(await statusAt(replica, other)).toBe(401);
  });

  test.each([
    [401, '{}', 422, 'This link is invalid'],
    [403, '{}', 422, 'This link is invalid'],
    [422, '{"msg":"Password is too weak."}', 422, 'Password is too weak.'],
    [500, 'not JSON', 503, ''],
  ])('fails as Supabase says: %d %s', async (status, body, expected, message) => {
    supabase.answer = (_request, response) => void response.writeHead(status).end(body);
    const answer = await ask('/auth/session/reset', {
      token: await supabase.token(),
      password: 'battery staple',
    });
    expect([answer.status, answer.body.message]).toEqual([expected, expect.stringContaining(message)]);
  });

  test.each([
    [429, 429],
    [500, 503],
  ])('a mail that Supabase refuses with %d is answered with %d', async (status, expected) => {
    supabase.answer = (_request, response) => void response.writeHead(status).end('{}');
    expect((await ask('/auth/session/recover', { email: 'ada@example.com' })).status).toBe(expected);
  });

  test('cannot be made by an operator', async () => {
    const { status, body } = await gateway.service.request(
      `/api/admin/users/${randomUUID()}/password-reset`,
      { method: 'POST', headers: bearer(await supabase.token({ session_id: randomUUID() })) },
    );
    expect([status, body.code]).toEqual([422, 'UNPROCESSABLE']);
  });
});
