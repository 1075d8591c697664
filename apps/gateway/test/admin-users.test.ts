import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKeyOfUser } from './support/api-keys.ts';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

let gateway: TestGateway;
let admin: { authorization: string };
let adminId: string;

beforeAll(async () => {
  gateway = await startGateway();
  const { body } = await gateway.signUp('admin@example.com');
  adminId = body.user.id;
  await gateway.database.query(
    `update auth.users set raw_app_meta_data = raw_app_meta_data || '{"role":"admin"}' where id = $1`,
    [adminId],
  );
  const logIn = await gateway.service.request('/auth/v1/token?grant_type=password', {
    method: 'POST',
    body: { email: 'admin@example.com', password: 'correct horse' },
  });
  admin = { authorization: `Bearer ${logIn.body.access_token}` };
});
afterAll(() => gateway.stop());

const list = (query = '') => gateway.service.request(`/api/admin/users${query}`, { headers: admin });
const get = (path: string, headers: Record<string, string> = admin) =>
  gateway.service.request(`/api/admin/users/${path}`, { headers });
const revokeKey = (id: string, keyId: string, headers: Record<string, string> = admin) =>
  gateway.service.request(`/api/admin/users/${id}/keys/${keyId}`, { method: 'DELETE', headers });
const unknownId = '0190a5b0-0000-7000-8000-00000000dead';
const put = (id: string, body: unknown, headers: Record<string, string> = admin) =>
  gateway.service.request(`/api/admin/users/${id}`, { method: 'PUT', headers, body });

describe('listing', () => {
  test('lists all users page by page, newest first, each once', async () => {
    for (let index = 0; index < 4; index++) await gateway.signUp();
    // All at the same microsecond, so that only the id orders them.
    await gateway.database.query(
      `update auth.users set created_at = '2026-01-01T00:00:00.123456Z' where email like 'user-%'`,
    );
    const { body: all } = await list('?limit=100');
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await list(`?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(body.data.length).toBeLessThanOrEqual(2);
      ids.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.pagination.nextCursor;
    }
    expect(ids).toEqual(all.data.map(({ id }: { id: string }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(5);
  });

  test('finds a user by address, ignoring case', async () => {
    const { body } = await list('?email=ADMIN@example.com');
    expect(body.data).toEqual([
      {
        id: adminId,
        email: 'admin@example.com',
        tier: 'free',
        role: 'admin',
        createdAt: expect.any(String),
        lastSignInAt: expect.any(String),
      },
    ]);
  });

  test('finds users by a part of the address, which is no pattern, and by tier and role', async () => {
    const { body: session } = await gateway.signUp('ada_lovelace@example.com');
    await gateway.signUp('adaXlovelace@example.com');
    await put(session.user.id, { tier: 'pro', role: 'operator' });
    // A role that the deployment no longer defines counts as `user`.
    await gateway.database.query(
      `update auth.users set raw_app_meta_data = '{"role":"retired"}' where email = 'adaxlovelace@example.com'`,
    );
    const found = async (query: string) =>
      (await list(query)).body.data.map(({ email }: { email: string }) => email);
    expect(await found('?search=DA_LOVE')).toEqual(['ada_lovelace@example.com']);
    expect(await found('?search=lovelace&tier=pro')).toEqual(['ada_lovelace@example.com']);
    expect(await found('?search=lovelace&tier=free')).toEqual(['adaxlovelace@example.com']);
    expect(await found('?search=lovelace&role=operator')).toEqual(['ada_lovelace@example.com']);
    expect(await found('?search=lovelace&role=user')).toEqual(['adaxlovelace@example.com']);
    expect(await found('?search=lovelace&role=admin')).toEqual([]);
  });

  test('reads one user', async () => {
    const { body } = await get(adminId);
    expect(body.data).toMatchObject({ id: adminId, email: 'admin@example.com', role: 'admin' });
    expect((await get(unknownId)).status).toBe(404);
  });

  test('finds users by ID, unknown ones not among them, and applies further filters', async () => {
    const { body: one } = await gateway.signUp('by-id-1@example.com');
    const { body: two } = await gateway.signUp('by-id-2@example.com');
    const ids = [one.user.id, unknownId, two.user.id].join(',');
    const found = async (query: string) =>
      (await list(query)).body.data.map(({ email }: { email: string }) => email);
    expect((await found(`?ids=${ids}`)).toSorted()).toEqual(['by-id-1@example.com', 'by-id-2@example.com']);
    expect(await found(`?ids=${ids}&search=id-2`)).toEqual(['by-id-2@example.com']);
    expect(await found(`?ids=${ids}&email=by-id-1@example.com`)).toEqual(['by-id-1@example.com']);
    expect(await found(`?ids=${ids}&email=admin@example.com`)).toEqual([]);
    expect((await list(`?ids=${ids}&limit=1`)).body.pagination.nextCursor).toEqual(expect.any(String));
  });

  test.each([
    '?cursor=made-up',
    '?limit=0',
    '?limit=101',
    '?search=',
    '?tier=platinum',
    '?ids=',
    '?ids=not-an-id',
    `?ids=${Array.from({ length: 101 }, () => unknownId).join(',')}`,
  ])('refuses %s', async (query) => {
    expect((await list(query)).body.code).toBe('VALIDATION_FAILED');
  });
});

/** On hosted Supabase, only the owner of the platform's functions may read and change accounts. */
test('users are listed, read and changed without rights on the table of accounts', async () => {
  const { body: session } = await gateway.signUp('at-supabase@example.com');
  await gateway.database.query('revoke all on auth.users from vc_gateway');
  try {
    expect((await list('?search=at-supa')).body.data).toMatchObject([{ email: 'at-supabase@example.com' }]);
    expect((await get(session.user.id)).status).toBe(200);
    expect((await put(session.user.id, { tier: 'pro' })).body.data).toMatchObject({ tier: 'pro' });
    expect((await get(session.user.id)).body.data).toMatchObject({ tier: 'pro' });
  } finally {
    await gateway.database.query('grant select, insert, update on auth.users to vc_gateway');
  }
});

describe('changing tier and role', () => {
  test('takes effect in the next token of the user, and is recorded with before and after', async () => {
    const { body: session } = await gateway.signUp('promoted@example.com');
    const { status, body } = await put(session.user.id, { tier: 'pro', role: 'admin' });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ email: 'promoted@example.com', tier: 'pro', role: 'admin' });
    const logIn = await gateway.service.request('/auth/v1/token?grant_type=password', {
      method: 'POST',
      body: { email: 'promoted@example.com', password: 'correct horse' },
    });
    expect(logIn.body.user.app_metadata).toMatchObject({ provider: 'email', tier: 'pro', role: 'admin' });
    const records = await gateway.database.query('select * from vc_private.audit_log where subject = $1', [
      session.user.id,
    ]);
    expect(records).toEqual([
      expect.objectContaining({
        actor: 'user',
        actor_id: adminId,
        actor_role: 'admin',
        action: 'admin.updateUser',
        before: { tier: 'free', role: 'user' },
        after: { tier: 'pro', role: 'admin' },
        request_id: expect.any(String),
      }),
    ]);
  });

  test('logs out a user who loses the admin role, and an old token cannot restore it', async () => {
    const { body: session } = await gateway.signUp('demoted@example.com');
    await put(session.user.id, { role: 'admin' });
    const logIn = await gateway.service.request('/auth/v1/token?grant_type=password', {
      method: 'POST',
      body: { email: 'demoted@example.com', password: 'correct horse' },
    });
    const own = { authorization: `Bearer ${logIn.body.access_token}` };
    expect((await gateway.service.request('/api/admin/users', { headers: own })).status).toBe(200);
    await put(session.user.id, { role: 'user' });
    expect((await put(session.user.id, { role: 'admin' }, own)).status).toBe(401);
    const refresh = await gateway.service.request('/auth/v1/token?grant_type=refresh_token', {
      method: 'POST',
      body: { refresh_token: logIn.body.refresh_token },
    });
    expect(refresh.status).toBe(400);
  });

  test('fails if it cannot be recorded', async () => {
    const { body: session } = await gateway.signUp();
    await gateway.database.query('revoke execute on function vc_private.record_audit(jsonb) from vc_gateway');
    try {
      expect((await put(session.user.id, { tier: 'pro' })).status).toBe(500);
      const { body } = await list(`?email=${session.user.email}`);
      expect(body.data[0].tier).toBe('free');
    } finally {
      await gateway.database.query('grant execute on function vc_private.record_audit(jsonb) to vc_gateway');
    }
  });

  test('of an unknown user is NOT_FOUND', async () => {
    const { status, body } = await put(unknownId, { tier: 'pro' });
    expect(status).toBe(404);
    expect(body.code).toBe('NOT_FOUND');
  });

  test.each([{}, { tier: 'platinum' }, { role: 'root' }, { role: '' }, { email: 'other@example.com' }])(
    'refuses %j',
    async (change) => {
      expect((await put(adminId, change)).body.code).toBe('VALIDATION_FAILED');
    },
  );

  test('requires users:write', async () => {
    const user = await gateway.bearer();
    expect((await put(adminId, { tier: 'pro' }, user)).body.code).toBe('FORBIDDEN');
    expect((await put(adminId, { tier: 'pro' }, {})).body.code).toBe('UNAUTHENTICATED');
    expect((await gateway.service.request('/api/admin/users', { headers: user })).status).toBe(403);
  });
});

describe('API keys of a user', () => {
  test('are listed without their secrets, and only those of that user', async () => {
    const { userId, id, key } = await createKeyOfUser(gateway);
    await createKeyOfUser(gateway);
    const { body } = await get(`${userId}/keys`);
    expect(body.data).toEqual([expect.objectContaining({ id, name: 'a program', scopes: ['llm'] })]);
    expect(JSON.stringify(body)).not.toContain(key.slice(12));
    expect((await get(`${unknownId}/keys`)).status).toBe(404);
  });

  test('are refused once an admin has revoked them, which the audit log records in the name of the admin', async () => {
    const { userId, id, key } = await createKeyOfUser(gateway);
    const models = () =>
      gateway.service.request('/v1/models', { headers: { authorization: `Bearer ${key}` } });
    expect((await models()).status).toBe(200);
    expect((await revokeKey(userId, id)).status).toBe(204);
    expect((await models()).status).toBe(401);
    expect((await get(`${userId}/keys`)).body.data).toEqual([]);
    expect(
      await gateway.database.query(
        'select * from vc_private.audit_log where subject = $1 and before is not null',
        [id],
      ),
    ).toEqual([
      expect.objectContaining({
        actor_id: adminId,
        action: 'admin.revokeUserApiKey',
        target_kind: 'api_key',
        before: expect.objectContaining({ name: 'a program' }),
      }),
    ]);
    expect((await revokeKey(userId, id)).status).toBe(404);
  });

  test('cannot be revoked below the address of another user', async () => {
    const { id, key } = await createKeyOfUser(gateway);
    const other = await createKeyOfUser(gateway);
    expect((await revokeKey(other.userId, id)).status).toBe(404);
    expect((await revokeKey(unknownId, id)).status).toBe(404);
    const answer = await gateway.service.request('/v1/models', {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(answer.status).toBe(200);
  });

  test('require users:read to list and users:write to revoke', async () => {
    const { userId, id, owner } = await createKeyOfUser(gateway);
    expect((await get(`${userId}/keys`, owner)).body.code).toBe('FORBIDDEN');
    expect((await get(userId, owner)).body.code).toBe('FORBIDDEN');
    expect((await revokeKey(userId, id, owner)).body.code).toBe('FORBIDDEN');
    expect((await get(`${userId}/keys`, {})).body.code).toBe('UNAUTHENTICATED');
    expect((await revokeKey(userId, id, {})).body.code).toBe('UNAUTHENTICATED');
  });
});
