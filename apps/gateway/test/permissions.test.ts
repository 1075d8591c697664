import { type Principal, rolePermissions, type UserPrincipal } from '@valuecanvas/contracts-core';
import { createInternalVerifier, importPublicKeys } from '@valuecanvas/identity';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postKey } from './support/api-keys.ts';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

type Headers = Readonly<Record<string, string>>;

const ROLES = JSON.stringify({ support: ['users:read', 'audit:read'], accounts: ['users:write'] });
const dayMs = 86_400_000;

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ ROLES });
});
afterAll(() => gateway.stop());

const setRole = (id: string, role: string) =>
  gateway.database.query(
    `update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('role', $2::text) where id = $1`,
    [id, role],
  );

/** Creates a user with a role and logs in. */
async function userOf(role: string) {
  const { body: session } = await gateway.signUp();
  const { id, email } = session.user as { id: string; email: string };
  await setRole(id, role);
  const { body } = await gateway.service.request('/auth/v1/token?grant_type=password', {
    method: 'POST',
    body: { email, password: 'correct horse' },
  });
  return { id, email, bearer: { authorization: `Bearer ${body.access_token}` } };
}

async function cookieOf(email: string): Promise<Headers> {
  const { headers } = await gateway.service.request('/auth/session', {
    method: 'POST',
    body: { email, password: 'correct horse' },
  });
  return { cookie: headers.get('set-cookie')?.split(';')[0] ?? '' };
}

const inDays = (days: number) => new Date(Date.now() + days * dayMs).toISOString();

async function keyOf(owner: Headers, scopes: readonly string[]): Promise<Headers> {
  const { body } = await postKey(gateway, owner, { name: 'a program', scopes, expiresAt: inDays(30) });
  return { authorization: `Bearer ${body.data.key}` };
}

const listUsers = async (headers: Headers) =>
  (await gateway.service.request('/api/admin/users?limit=1', { headers })).status;
const update = (headers: Headers, id: string, body: object) =>
  gateway.service.request(`/api/admin/users/${id}`, { method: 'PUT', headers, body });

/** Returns the principal in the internal token that a service receives. */
async function forwarded(headers: Headers): Promise<Principal | undefined> {
  const { body } = await gateway.service.request('/api/flags', { headers });
  const keys = await importPublicKeys(gateway.identities.publicKeys);
  const verifier = createInternalVerifier({ audience: 'feature-flags', issuers: ['gateway'], keys });
  return (await verifier.verify(body.headers['x-vc-identity']))?.principal;
}

describe.each([
  ['user', 403],
  ['operator', 403],
  ['accounts', 403],
  ['support', 200],
  ['admin', 200],
  ['a role that was removed', 403],
] as const)('a user of the role %s', (role, status) => {
  test('holds the same permissions with an access token and a session cookie', async () => {
    const { email, bearer } = await userOf(role);
    const cookie = await cookieOf(email);
    expect(await listUsers(bearer)).toBe(status);
    expect(await listUsers(cookie)).toBe(status);
    const { sessionId: _, ...principal } = (await forwarded(bearer)) as UserPrincipal;
    expect(await forwarded(cookie)).toMatchObject(principal);
  });
});

test('the internal token carries the permissions of a role that the deployment defines', async () => {
  const { bearer } = await userOf('support');
  expect(await forwarded(bearer)).toMatchObject({
    role: 'support',
    permissions: [...rolePermissions.user, 'users:read', 'audit:read'],
  });
});

test('a browser session includes the permissions of its user', async () => {
  const { email } = await userOf('operator');
  const { body } = await gateway.service.request('/auth/session', { headers: await cookieOf(email) });
  expect(body.data.user).toMatchObject({ role: 'operator', permissions: rolePermissions.operator });
});

describe('an API key', () => {
  test('holds exactly the permissions that it was granted', async () => {
    const { bearer } = await userOf('admin');
    expect(await listUsers(await keyOf(bearer, ['users:read']))).toBe(200);
    expect(await listUsers(await keyOf(bearer, ['users:write']))).toBe(403);
    expect(await listUsers(await keyOf(bearer, ['llm']))).toBe(403);
  });

  test('loses a permission immediately when the role of its user loses it, and all sessions end', async () => {
    const [admin, chief] = [await userOf('admin'), await userOf('admin')];
    const key = await keyOf(admin.bearer, ['users:read', 'flags:write']);
    expect(await listUsers(key)).toBe(200);
    expect((await update(chief.bearer, admin.id, { role: 'operator' })).status).toBe(200);
    expect(await listUsers(key)).toBe(403);
    expect(await forwarded(key)).toMatchObject({ role: 'operator', permissions: ['flags:write'] });
    expect(await listUsers(admin.bearer)).toBe(401);
  });

  test('cannot be granted a permission that its user does not hold', async () => {
    const { bearer } = await userOf('operator');
    const request = { name: 'a program', scopes: ['llm', 'users:write'], expiresAt: inDays(30) };
    const { status, body } = await postKey(gateway, bearer, request);
    expect(status).toBe(403);
    expect(body.message).toContain('users:write');
  });

  test.each([
    ['without an expiry', undefined],
    ['for more than a year', 366],
  ])('cannot be granted an elevated permission %s', async (_, days) => {
    const { bearer } = await userOf('operator');
    const expiresAt = days === undefined ? {} : { expiresAt: inDays(days) };
    const { body } = await postKey(gateway, bearer, { name: 'x', scopes: ['flags:write'], ...expiresAt });
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path: 'expiresAt' }] });
    const plain = await postKey(gateway, bearer, { name: 'x', scopes: ['llm'], ...expiresAt });
    expect(plain.status).toBe(201);
  });
});

describe('a caller with users:write alone', () => {
  test.each(['admin', 'operator', 'support'])('cannot grant the role %s, even to itself', async (role) => {
    const [caller, other] = [await userOf('accounts'), await userOf('user')];
    for (const id of [caller.id, other.id]) {
      expect((await update(caller.bearer, id, { role })).body.code).toBe('FORBIDDEN');
    }
  });

  test('cannot change a user of a higher role', async () => {
    const [caller, admin] = [await userOf('accounts'), await userOf('admin')];
    expect((await update(caller.bearer, admin.id, { role: 'user' })).body.code).toBe('FORBIDDEN');
    expect((await update(caller.bearer, admin.id, { tier: 'free' })).body.code).toBe('FORBIDDEN');
    expect(await listUsers(admin.bearer)).toBe(200);
  });

  test('cannot revoke an API key of a user of a higher role', async () => {
    const [caller, admin, other] = [await userOf('accounts'), await userOf('admin'), await userOf('user')];
    const revokeKeyOf = async ({ id, bearer }: typeof admin) => {
      const { body } = await postKey(gateway, bearer, { name: 'a program', scopes: ['llm'] });
      return gateway.service.request(`/api/admin/users/${id}/keys/${body.data.id}`, {
        method: 'DELETE',
        headers: caller.bearer,
      });
    };
    expect((await revokeKeyOf(admin)).body.code).toBe('FORBIDDEN');
    expect((await revokeKeyOf(other)).status).toBe(204);
  });

  test('can grant a role that holds no more permissions than its own', async () => {
    const [caller, other] = [await userOf('accounts'), await userOf('user')];
    const { status, body } = await update(caller.bearer, other.id, { role: 'accounts', tier: 'pro' });
    expect([status, body.data]).toEqual([200, expect.objectContaining({ role: 'accounts', tier: 'pro' })]);
  });
});

test('an unknown role is refused with a list of the known roles', async () => {
  const { bearer, id } = await userOf('admin');
  expect((await update(bearer, id, { role: 'root' })).body).toMatchObject({
    code: 'VALIDATION_FAILED',
    details: [{ path: 'role', message: 'must be one of user, operator, admin, support, accounts' }],
  });
});
