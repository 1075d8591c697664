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

/** A gateway route, a forwarded route and a public route. An invalid token is refused on each. */
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
  'an expired token': () =>
    forgeToken(gateway.authKey, { claims: { exp: Math.floor(Date.now() / 1000) - 1 } }),
  'a token without expiry': () => forgeToken(gateway.authKey, { claims: { exp: undefined } }),
  'a token for another audience': () => forgeToken(gateway.authKey, { claims: { aud: 'anon' } }),
  'a token of another issuer': () =>
    forgeToken(gateway.authKey, { claims: { iss: 'https://evil.example/auth/v1' } }),
  'a token without a user': () => forgeToken(gateway.authKey, { claims: { sub: undefined } }),
  'a token whose user is not a UUID': () => forgeToken(gateway.authKey, { claims: { sub: 'admin' } }),
  'a token signed with a foreign key under a known key id': async () =>
    forgeToken(await createAuthKey('current')),
  'a token signed with a foreign key': async () => forgeToken(await createAuthKey('foreign')),
  'a token without a signature': async () =>
    none({ sub: '0190a5b0-0000-7000-8000-000000000001', aud: 'authenticated', exp: inAnHour() }),
  'a token with a symmetric algorithm': async () =>
    forgeToken(await exportJWK(await generateSecret('HS256', { extractable: true })), {
      header: { alg: 'HS256', kid: 'current' },
    }),
  'a token with changed claims': async () => {
    const [header, claims = '', signature] = (await forgeToken(gateway.authKey)).split('.');
    const changed = Buffer.from(claims, 'base64url').toString().replace('pro', 'enterprise');
    return [header, Buffer.from(changed).toString('base64url'), signature].join('.');
  },
  'an internal token': () =>
    gateway.identities.signer('gateway')('canvas', { kind: 'service', service: 'gateway' }),
  'a text that is not a token': async () => 'undefined',
};

test.each(Object.entries(bad))('%s is refused on every route', async (_, make) => {
  const authorization = `Bearer ${await make()}`;
  expect(await statuses(authorization)).toEqual(routes.map(() => 401));
});

test.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer a b', ''])('"%s" is refused', async (authorization) => {
  expect(await statuses(authorization)).toEqual(routes.map(() => 401));
});

test('a refusal tells what to do, in the dialect of the path', async () => {
  const ask = async (path: string) =>
    (await gateway.service.request(path, { headers: { authorization: 'Bearer bad' } })).body;
  expect(await ask('/api/canvas')).toMatchObject({ success: false, code: 'UNAUTHENTICATED' });
  expect(await ask('/v1/models')).toMatchObject({
    error: { code: 'UNAUTHENTICATED', type: 'authentication_error' },
  });
  expect(await ask('/auth/v1/user')).toMatchObject({ code: 401, error_code: 'bad_jwt' });
});

test('an invalid token does not prevent sign-up, login or health requests', async () => {
  const headers = { authorization: 'Bearer sb_publishable_key-of-a-project' };
  const signUp = await gateway.service.request('/auth/v1/signup', {
    method: 'POST',
    headers,
    body: { email: 'shows-the-key-of-its-project@example.com', password: 'correct horse' },
  });
  const live = await gateway.service.request('/health/live', { headers });
  expect([signUp.status, live.status]).toEqual([200, 200]);
});

test('a valid token is accepted, with its tier and role', async () => {
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

test('without a token, routes that require a user are refused and public routes are served', async () => {
  expect((await gateway.service.request('/auth/v1/user')).status).toBe(401);
  expect((await gateway.service.request('/health')).status).toBe(200);
});

test('a rotated key still verifies tokens', async () => {
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

test('without a token, forwarded requests arrive as anonymous', async () => {
  const { body } = await gateway.service.request('/api/queue/metrics');
  const [, claims] = body.headers['x-vc-identity'].split('.');
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString()).kind).toBe(anonymous.kind);
});
