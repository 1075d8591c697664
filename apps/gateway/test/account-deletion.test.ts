import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postKey } from './support/api-keys.ts';
import { startGateway, type TestGateway } from './support/start-gateway.ts';
import { echo } from './support/stub-upstream.ts';

let gateway: TestGateway;
let admin: { authorization: string };

beforeAll(async () => {
  gateway = await startGateway();
  gateway.upstream.answer(echo);
  admin = await bearerWithRole('root@example.com', 'admin');
});
afterAll(() => gateway.stop());

const password = 'correct horse';

async function logIn(email: string) {
  return gateway.service.request('/auth/v1/token?grant_type=password', {
    method: 'POST',
    body: { email, password },
  });
}

async function bearerWithRole(email: string, role: string): Promise<{ authorization: string }> {
  await gateway.signUp(email);
  await gateway.database.query(
    `update auth.users set raw_app_meta_data = raw_app_meta_data || $1 where email = $2`,
    [JSON.stringify({ role }), email],
  );
  const { body } = await logIn(email);
  return { authorization: `Bearer ${body.access_token}` };
}

const deleteOwn = (headers: Record<string, string>, body: unknown) =>
  gateway.service.request('/api/user', { method: 'DELETE', headers, body });
const deleteUser = (id: string, headers: Record<string, string>) =>
  gateway.service.request(`/api/admin/users/${id}`, { method: 'DELETE', headers });

/** A new user with a token, a refresh token and an API key. */
async function newUser(email: string) {
  const { body: session } = await gateway.signUp(email, password);
  const own = { authorization: `Bearer ${session.access_token}` };
  const { body } = await postKey(gateway, own, { name: 'a program of mine', scopes: ['llm'] });
  return {
    id: session.user.id as string,
    email,
    own,
    refreshToken: session.refresh_token as string,
    key: body.data.key as string,
  };
}

const exists = async (id: string) =>
  (await gateway.database.query('select 1 from auth.users where id = $1', [id])).length === 1;

describe('deleting the own account', () => {
  test('ends its tokens, API keys, refresh tokens and password at once, for reads and writes', async () => {
    const user = await newUser('leaves@example.com');
    const byKey = { authorization: `Bearer ${user.key}` };
    const { authorization } = user.own;
    // Both credentials are in the caches of the gateway.
    expect((await gateway.service.request('/v1/models', { headers: byKey })).status).toBe(200);
    expect((await gateway.service.request('/api/keys', { headers: { authorization } })).status).toBe(200);
    expect((await deleteOwn(user.own, { email: user.email, password })).status).toBe(204);
    const answers = await Promise.all([
      gateway.service.request('/api/keys', { headers: user.own }),
      gateway.service.request('/api/canvas', { headers: user.own }),
      gateway.service.request('/api/canvas', { method: 'POST', headers: user.own, body: {} }),
      gateway.service.request('/v1/models', { headers: byKey }),
      gateway.service.request('/v1/chat/completions', { method: 'POST', headers: byKey, body: {} }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    const refresh = await gateway.service.request('/auth/v1/token?grant_type=refresh_token', {
      method: 'POST',
      body: { refresh_token: user.refreshToken },
    });
    expect(refresh.body.error_code).toBe('refresh_token_not_found');
    expect((await logIn(user.email)).body.error_code).toBe('invalid_credentials');
  });

  test('needs the address and the password of this account, and otherwise deletes nothing', async () => {
    const user = await newUser('stays@example.com');
    const other = await newUser('another@example.com');
    for (const body of [
      { email: user.email, password: 'wrong password' },
      { email: other.email, password },
      { email: 'absent@example.com', password },
    ]) {
      const { status, body: answer } = await deleteOwn(user.own, body);
      expect([status, answer.code]).toEqual([422, 'UNPROCESSABLE']);
    }
    expect((await deleteOwn(user.own, { email: user.email })).body.code).toBe('VALIDATION_FAILED');
    expect((await deleteOwn({}, { email: user.email, password })).status).toBe(401);
    expect([await exists(user.id), await exists(other.id)]).toEqual([true, true]);
    // The login that proved another password has ended again.
    const live = await gateway.database.query(
      'select 1 from vc_private.auth_sessions where user_id = $1 and ended_at is null',
      [other.id],
    );
    expect(live).toHaveLength(1);
  });

  test('is not open to API keys', async () => {
    const user = await newUser('program@example.com');
    const { status } = await deleteOwn(
      { authorization: `Bearer ${user.key}` },
      { email: user.email, password },
    );
    expect([status, await exists(user.id)]).toEqual([403, true]);
  });

  test('by a browser needs the CSRF token and removes the cookie', async () => {
    const user = await newUser('browser@example.com');
    const opened = await gateway.service.request('/auth/session', {
      method: 'POST',
      body: { email: user.email, password },
    });
    const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const credentials = { email: user.email, password };
    expect((await deleteOwn({ cookie }, credentials)).body.code).toBe('CSRF_FAILED');
    const { status, headers } = await deleteOwn(
      { cookie, 'x-csrf-token': opened.body.data.csrfToken },
      credentials,
    );
    expect(status).toBe(204);
    expect(headers.getSetCookie()[0]).toContain('Max-Age=0');
    expect((await gateway.service.request('/auth/session', { headers: { cookie } })).status).toBe(401);
  });

  test('keeps no name of its API keys in the audit log, and records who deleted what', async () => {
    const user = await newUser('audited@example.com');
    await deleteOwn(user.own, { email: user.email, password });
    const records = await gateway.database.query(
      'select action, subject, before, after from vc_private.audit_log where actor_id = $1 order by id',
      [user.id],
    );
    expect(JSON.stringify(records)).not.toContain('a program of mine');
    expect(records.at(-1)).toEqual({
      action: 'account.delete',
      subject: user.id,
      before: { tier: 'free', role: 'user' },
      after: null,
    });
  });

  test('frees the address for a new account, which starts empty', async () => {
    const user = await newUser('returns@example.com');
    await deleteOwn(user.own, { email: user.email, password });
    const { status, body } = await gateway.signUp(user.email, password);
    expect(status).toBe(200);
    expect(body.user.id).not.toBe(user.id);
  });
});

describe('deleting a user as an operator', () => {
  test('deletes the account, ends its tokens and records the deletion', async () => {
    const user = await newUser('removed@example.com');
    expect((await deleteUser(user.id, admin)).status).toBe(204);
    expect((await gateway.service.request('/api/keys', { headers: user.own })).status).toBe(401);
    const records = await gateway.database.query(
      `select action, actor_role, before from vc_private.audit_log where subject = $1`,
      [user.id],
    );
    expect(records).toContainEqual({
      action: 'admin.deleteUser',
      actor_role: 'admin',
      before: { tier: 'free', role: 'user' },
    });
    expect((await deleteUser(user.id, admin)).body.code).toBe('NOT_FOUND');
  });

  test('requires users:write', async () => {
    const user = await newUser('kept@example.com');
    const operator = await bearerWithRole('operator@example.com', 'operator');
    expect((await deleteUser(user.id, operator)).status).toBe(403);
    expect((await deleteUser(user.id, user.own)).status).toBe(403);
    expect((await deleteUser(user.id, {})).status).toBe(401);
    expect(await exists(user.id)).toBe(true);
  });

  test('fails if it cannot be recorded', async () => {
    const user = await newUser('unrecorded@example.com');
    await gateway.database.query('revoke execute on function vc_private.record_audit(jsonb) from vc_gateway');
    try {
      expect((await deleteUser(user.id, admin)).status).toBe(500);
      expect(await exists(user.id)).toBe(true);
    } finally {
      await gateway.database.query('grant execute on function vc_private.record_audit(jsonb) to vc_gateway');
    }
  });
});

describe('roles of a deployment', () => {
  test('a caller cannot delete an account with more permissions than its own', async () => {
    const support = await startGateway({ ROLES: '{"support":["users:read","users:write"]}' });
    try {
      const { body: root } = await support.signUp('root@example.com');
      await support.signUp('helper@example.com');
      await support.database.query(
        `update auth.users set raw_app_meta_data = raw_app_meta_data ||
           jsonb_build_object('role', case email when 'root@example.com' then 'admin' else 'support' end)`,
      );
      const { body } = await support.service.request('/auth/v1/token?grant_type=password', {
        method: 'POST',
        body: { email: 'helper@example.com', password },
      });
      const { status } = await support.service.request(`/api/admin/users/${root.user.id}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${body.access_token}` },
      });
      expect(status).toBe(403);
      expect(await support.database.query('select 1 from auth.users')).toHaveLength(2);
    } finally {
      await support.stop();
    }
  });
});
