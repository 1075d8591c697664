import { request } from 'node:http';
import { anyone, data, defineRoute, headers, rolePermissions, services } from '@valuecanvas/contracts-core';
import { createInternalSigner, createSigningKey, importSigningKey } from '@valuecanvas/identity';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';

const route = defineRoute({
  ...words,
  id: 'test.open',
  method: 'GET',
  path: '/test/open',
  auth: anyone,
  reply: data(Type.String({ description: 'Something.' })),
});

/** Admits the router, which is not a caller of the service under test. */
const internal = defineRoute({
  ...words,
  id: 'test.internal',
  method: 'GET',
  path: '/internal/test',
  auth: services('llm-router'),
  reply: data(Type.String({ description: 'Something.' })),
});

const start = (now?: () => number) =>
  startInTest({
    routes: [route, internal].map((each) => serve(each, ({ principal }) => principal.kind)),
    ...(now ? { now } : {}),
  });

const claims = { kind: 'user', sub: 'u-1', tier: 'free', role: 'user' } as const;
const member = {
  kind: 'user',
  userId: 'u-1',
  tier: 'free',
  role: 'user',
  permissions: rolePermissions.user,
} as const;

async function openRoute(token: string | undefined, service: Awaited<ReturnType<typeof start>>) {
  const response = await fetch(`${service.url}/test/open`, {
    headers: token === undefined ? {} : { [headers.identity]: token },
  });
  return { status: response.status, body: (await response.json()) as { code?: string; data?: string } };
}

const refused = { status: 401, body: { code: 'UNAUTHENTICATED' } };

test('a token of a caller is accepted, and accepted again from the cache', async () => {
  const service = await start();
  const token = await service.token(member);
  for (const _ of [1, 2])
    expect(await openRoute(token, service)).toMatchObject({ status: 200, body: { data: 'user' } });
});

test('a request without a token is rejected even by a route that is open to anyone', async () => {
  expect(await openRoute(undefined, await start())).toMatchObject(refused);
});

test.each(['', 'garbage', 'a.b.c', 'e30.e30.'])('the token %j is rejected', async (token) => {
  expect(await openRoute(token, await start())).toMatchObject(refused);
});

test('a cached token is rejected after it has expired', async () => {
  let time = Date.now();
  const service = await start(() => time);
  const token = await service.token(member);
  expect(await openRoute(token, service)).toMatchObject({ status: 200 });
  time = Date.now() + 60_000;
  expect(await openRoute(token, service)).toMatchObject(refused);
});

test('a token for another service is rejected', async () => {
  const service = await start();
  expect(await openRoute(await service.token(member, 'gateway', 'llm-router'), service)).toMatchObject(
    refused,
  );
});

test('a token of a service that the contract does not name is rejected, although its key is known', async () => {
  const service = await startInTest({ routes: [serve(route, ({ principal }) => principal.kind)] });
  for (const principal of [member, { kind: 'service', service: 'llm-router' } as const])
    expect(await openRoute(await service.token(principal, 'llm-router'), service)).toMatchObject(refused);
});

test('a service that only an internal route names may call that route as itself', async () => {
  const service = await start();
  const as = { kind: 'service', service: 'llm-router' } as const;
  for (const _ of [1, 2])
    expect(await service.request('/internal/test', { as, from: 'llm-router' })).toMatchObject({
      status: 200,
      body: { data: 'service' },
    });
});

test.each([
  member,
  { ...member, role: 'admin' },
  { kind: 'anonymous' },
  { kind: 'service', service: 'gateway' },
] as const)('a service that only an internal route names cannot act as %o', async (as) => {
  const service = await start();
  for (const path of ['/test/open', '/internal/test'])
    expect(await service.request(path, { as, from: 'llm-router' })).toMatchObject(refused);
});

test('a token that claims to be from a caller but is signed with another key is rejected', async () => {
  const { signingKey } = await createSigningKey();
  const forge = createInternalSigner({ issuer: 'gateway', key: await importSigningKey(signingKey) });
  expect(await openRoute(await forge('canvas', member), await start())).toMatchObject(refused);
});

test('a token without a signature is rejected', async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const token = `${part({ alg: 'none', typ: 'vc-internal+jwt' })}.${part({ ...claims, iss: 'gateway', aud: 'canvas', iat: now, exp: now + 60 })}.`;
  expect(await openRoute(token, await start())).toMatchObject(refused);
});

test('a request with two tokens is rejected, even if both are valid', async () => {
  const service = await start();
  const [one, other] = [await service.token(member), await service.token({ ...member, role: 'admin' })];
  expect(await openRoute(one, service)).toMatchObject({ status: 200 });
  expect(await statusOf(service.url, [one])).toBe(200);
  expect(await statusOf(service.url, [one, one])).toBe(401);
  expect(await statusOf(service.url, [one, other])).toBe(401);
  expect(await statusOf(service.url, ['garbage', one])).toBe(401);
});

test('a service whose configuration gives two services the same key does not start', async () => {
  const { publicKey } = await createSigningKey();
  const environment = { INTERNAL_PUBLIC_KEYS: JSON.stringify({ gateway: publicKey, canvas: publicKey }) };
  await expect(startInTest({ routes: [serve(route, () => '')], environment })).rejects.toThrow(
    'INTERNAL_PUBLIC_KEYS gives gateway and canvas the same key',
  );
});

/** Sends the header once per token. fetch would join them into one header. */
function statusOf(url: string, tokens: readonly string[]): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/test/open`, { headers: { [headers.identity]: [...tokens] } });
    asked.on('error', reject).on('response', (response) => resolve(response.resume().statusCode));
    asked.end();
  });
}
