import { createAuditFacts, type Permission } from '@valuecanvas/contracts-core';
import { createAuditJournal } from '@valuecanvas/journal';
import { createKeys } from '@valuecanvas/redis';
import { createIds } from '@valuecanvas/service-kit';
import { eventually, userPrincipal } from '@valuecanvas/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postKey } from './support/api-keys.ts';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

type Headers = Readonly<Record<string, string>>;

let gateway: TestGateway;
let admin: { readonly id: string; readonly bearer: Headers };

beforeAll(async () => {
  gateway = await startGateway({ ROLES: '{"auditor":["audit:read"]}' });
  admin = await userOf('admin');
});
afterAll(() => gateway.stop());

async function userOf(role: string) {
  const { body: session } = await gateway.signUp();
  const { id, email } = session.user as { id: string; email: string };
  await gateway.database.query(
    `update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('role', $2::text) where id = $1`,
    [id, role],
  );
  const { body } = await gateway.service.request('/auth/v1/token?grant_type=password', {
    method: 'POST',
    body: { email, password: 'correct horse' },
  });
  return { id, bearer: { authorization: `Bearer ${body.access_token}` } };
}

const list = (query: string, headers: Headers = admin.bearer) =>
  gateway.service.request(`/api/admin/audit?${query}`, { headers });

const inAMonth = new Date(Date.now() + 30 * 86_400_000).toISOString();

async function keyOf(owner: Headers, scopes: readonly Permission[]): Promise<Headers> {
  const { body } = await postKey(gateway, owner, { name: 'a program', scopes, expiresAt: inAMonth });
  return { authorization: `Bearer ${body.data.key}` };
}

test('a change of a user is recorded with its author, reason, and state before and after', async () => {
  const other = await userOf('user');
  await gateway.service.request(`/api/admin/users/${other.id}`, {
    method: 'PUT',
    headers: { ...admin.bearer, 'x-audit-reason': 'F%C3%B6rderung', 'x-request-id': 'request-of-audit' },
    body: { role: 'operator', tier: 'pro' },
  });
  const { status, body } = await list(`targetId=${other.id}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    data: [
      {
        id: expect.any(String),
        at: expect.any(String),
        actor: { userId: admin.id, role: 'admin', sessionId: expect.any(String) },
        operation: 'admin.updateUser',
        target: { kind: 'user', id: other.id },
        before: { tier: 'free', role: 'user' },
        after: { tier: 'pro', role: 'operator' },
        reason: 'Förderung',
        requestId: expect.any(String),
      },
    ],
    pagination: { limit: 20, nextCursor: null },
  });
});

test('a change by an API key names the key', async () => {
  const other = await userOf('user');
  const key = await keyOf(admin.bearer, ['users:write']);
  const { status } = await gateway.service.request(`/api/admin/users/${other.id}`, {
    method: 'PUT',
    headers: key,
    body: { tier: 'pro' },
  });
  expect(status).toBe(200);
  const { body } = await list(`targetId=${other.id}`);
  expect(body.data[0].actor).toEqual({ userId: admin.id, role: 'admin', apiKeyId: expect.any(String) });
});

test('a created and a revoked API key are recorded without the key', async () => {
  const { body: created } = await postKey(gateway, admin.bearer, { name: 'for ci', scopes: ['llm'] });
  const { id, key } = created.data;
  await gateway.service.request(`/api/keys/${id}`, { method: 'DELETE', headers: admin.bearer });
  const { body } = await list(`targetKind=api_key&targetId=${id}`);
  expect(body.data.map(({ operation }: { operation: string }) => operation)).toEqual([
    'apiKeys.revoke',
    'apiKeys.create',
  ]);
  expect(body.data[1].after).toMatchObject({ name: 'for ci', scopes: ['llm'] });
  expect(JSON.stringify(body)).not.toContain(key.slice(12));
});

test('a change that another service recorded in the journal arrives once', async () => {
  const principal = userPrincipal({ role: 'operator', sessionId: 's-1' });
  const journal = createAuditJournal({
    redis: gateway.redis.client,
    keys: createKeys(gateway.redis.prefix),
    maxLength: 100,
    factOf: createAuditFacts({ newId: createIds(), now: Date.now }),
  });
  const call = { principal, requestId: 'r-1', operation: 'llm.clearCache', header: () => undefined };
  await journal.record(call, { target: { kind: 'cache', id: 'all' } });
  await eventually(async () => {
    const { body } = await list(`actor=${principal.userId}`);
    expect(body.data).toEqual([
      {
        id: expect.any(String),
        at: expect.any(String),
        actor: { userId: principal.userId, role: 'operator', sessionId: 's-1' },
        operation: 'llm.clearCache',
        target: { kind: 'cache', id: 'all' },
        requestId: 'r-1',
      },
    ]);
  });
});

describe('reading', () => {
  test.each([
    ['user', 403],
    ['operator', 403],
    ['auditor', 200],
    ['admin', 200],
  ])('is answered for the role %s with %d', async (role, status) => {
    const { bearer } = await userOf(role);
    expect((await list('', bearer)).status).toBe(status);
  });

  test('takes audit:read from an API key as well', async () => {
    expect((await list('', await keyOf(admin.bearer, ['audit:read']))).status).toBe(200);
    expect((await list('', await keyOf(admin.bearer, ['users:read']))).status).toBe(403);
  });

  test('pages through all records, newest first, each once', async () => {
    const author = await userOf('admin');
    for (let index = 0; index < 5; index++) {
      await postKey(gateway, author.bearer, { name: `key ${index}`, scopes: ['llm'] });
    }
    const names: string[] = [];
    let cursor = '';
    do {
      const { body } = await list(`actor=${author.id}&limit=2${cursor && `&cursor=${cursor}`}`);
      expect(body.data.length).toBeLessThanOrEqual(2);
      names.push(...body.data.map(({ after }: { after: { name: string } }) => after.name));
      cursor = body.pagination.nextCursor ?? '';
    } while (cursor !== '');
    expect(names).toEqual(['key 4', 'key 3', 'key 2', 'key 1', 'key 0']);
  });

  test('applies all filters', async () => {
    const author = await userOf('admin');
    const start = new Date().toISOString();
    await postKey(gateway, author.bearer, { name: 'one', scopes: ['llm'] });
    const count = async (query: string) => (await list(`actor=${author.id}&${query}`)).body.data.length;
    expect(await count('operation=apiKeys.create')).toBe(1);
    expect(await count('operation=apiKeys.revoke')).toBe(0);
    expect(await count('targetKind=api_key')).toBe(1);
    expect(await count('targetKind=flag')).toBe(0);
    expect(await count(`from=${start}`)).toBe(1);
    expect(await count(`to=${start}`)).toBe(0);
  });

  test.each(['actor=me', 'from=yesterday', 'cursor=2', 'limit=101'])('refuses %s', async (query) => {
    expect((await list(query)).body.code).toBe('VALIDATION_FAILED');
  });
});
