import { anonymous } from '@valuecanvas/contracts-core';
import { exportJWK, generateSecret } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthKey } from './support/auth-signing-keys.ts';
import { forgeToken } from './support/forge-token.ts';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

/** Own, forwarded, and open to anyone: a bad token is refused on each. */
const routes = [
  '/auth/v1/user',
  '/api/admin/users',
  '/api/canvas',
  '/api/queue/metrics',
  '/api/openapi.json',
];

const statuses = (authorization: string) =>
  Promise.all(
    routes.map(
      async (route) => (await gateway.service.request(route, { headers: { authorization } })).status,
    ),
  );

const none = (claims: object) =>
  `${[{ alg: 'none', typ: 'JWT', kid: 'current' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

const inAnHour = () => Math.floor(Date.now() / 1000) + 3_600;

const bad: Record<string, () => Promise<string>> = {
  'an expired one': () => forgeToken(gateway.authKey, { claims: { exp: Math.floor(Date.now() / 1000) - 1 } }),
  'one without an expiry': () => forgeToken(gateway.authKey, { claims: { exp: undefined } }),
  'one for another audience': () => forgeToken(gateway.authKey, { claims: { aud: 'anon' } }),
  'one of another issuer': () =>
    forgeToken(gateway.authKey, { claims: { iss: 'https://evil.example/auth/v1' } }),
  'one without a user': () => forgeToken(gateway.authKey, { claims: { sub: undefined } }),
  'one whose user is no id': () => forgeToken(gateway.authKey, { claims: { sub: 'admin' } }),
  'one signed with a foreign key under our key id': async () => forgeToken(await createAuthKey('current')),
  'one signed with a foreign key': async () => forgeToken(await createAuthKey('foreign')),
  'one without a signature': async () =>
    none({ sub: '0190a5b0-0000-7000-8000-000000000001', aud: 'authenticated', exp: inAnHour() }),
  'one with a symmetric algorithm': async () =>
    forgeToken(await exportJWK(await generateSecret('HS256', { extractable: true })), {
      header: { alg: 'HS256', kid: 'current' },
    }),
  'one with changed claims': async () => {
    const [header, claims = '', signature] = (await forgeToken(gateway.authKey)).split('.');
    const changed = Buffer.from(claims, 'base64url').toString().replace('pro', 'enterprise');
    return [header, Buffer.from(changed).toString('base64url'), signature].join('.');
  },
  'an internal one': () =>
    gateway.identities.signer('gateway')('canvas', { kind: 'service', service: 'gateway' }),
  'no token at all': async () => 'undefined',
};

test.each(Object.entries(bad))('%s is refused on every route', async (_, make) => {
  const authorization = `Bearer ${await make()}`;
  expect(await statuses(authorization)).toEqual(routes.map(() => 401));
});

test.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer a b', ''])('"%s" is refused', async (authorization) => {
  expect(await statuses(authorization)).toEqual(routes.map(() => 401));
});

test('a refusal says what to do, in the words of the protocol that the path speaks', async () => {
  const ask = async (path: string) =>
    (await gateway.service.request(path, { headers: { authorization: 'Bearer bad' } })).body;
  expect(await ask('/api/canvas')).toMatchObject({ success: false, code: 'UNAUTHENTICATED' });
  expect(await ask('/v1/models')).toMatchObject({
    error: { code: 'UNAUTHENTICATED', type: 'authentication_error' },
  });
  expect(await ask('/auth/v1/user')).toMatchObject({ code: 401, error_code: 'bad_jwt' });
});

test('it does not keep anybody from signing up, logging in or asking how the platform is', async () => {
  const headers = { authorization: 'Bearer sb_publishable_key-of-a-project' };
  const signUp = await gateway.service.request('/auth/v1/signup', {
    method: 'POST',
    headers,
    body: { email: 'shows-the-key-of-its-project@example.com', password: 'correct horse' },
  });
  const live = await gateway.service.request('/health/live', { headers });
  expect([signUp.status, live.status]).toEqual([200, 200]);
});

test('a good one is believed, with its tier and role', async () => {
  const authorization = `Bearer ${await forgeToken(gateway.authKey)}`;
  expect((await gateway.service.request('/api/admin/users', { headers: { authorization } })).status).toBe(
    200,
  );
});

test('user metadata never authorizes', async () => {
  const claims = { app_metadata: {}, user_metadata: { role: 'admin' } };
  const authorization = `Bearer ${await forgeToken(gateway.authKey, { claims })}`;
  expect((await gateway.service.request('/api/admin/users', { headers: { authorization } })).status).toBe(
    403,
  );
});

test('without a token, what needs a user is refused and the rest is served', async () => {
  expect((await gateway.service.request('/auth/v1/user')).status).toBe(401);
  expect((await gateway.service.request('/health')).status).toBe(200);
});

test('an earlier key still verifies after another has taken its place', async () => {
  const next = await createAuthKey('next');
  const rotated = await startGateway({ AUTH_SIGNING_KEYS: JSON.stringify([next, gateway.authKey]) });
  try {
    const earlier = { authorization: `Bearer ${await forgeToken(gateway.authKey)}` };
    expect((await rotated.service.request('/api/admin/users', { headers: earlier })).status).toBe(200);
    const { body } = await rotated.signUp();
    expect(JSON.parse(Buffer.from(body.access_token.split('.')[0], 'base64url').toString()).kid).toBe('next');
  } finally {
    await rotated.stop();
  }
});

test('without a token, forwarded requests arrive as nobody’s', async () => {
  const { body } = await gateway.service.request('/api/queue/metrics');
  const [, claims] = body.headers['x-vc-identity'].split('.');
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString()).kind).toBe(anonymous.kind);
});
