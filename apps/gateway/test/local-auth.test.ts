import { eventually } from '@valuecanvas/testing';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publicUrl, startGateway, type TestGateway } from './support/start-gateway.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

const token = (grant: string, body: object) =>
  gateway.service.request(`/auth/v1/token?grant_type=${grant}`, { method: 'POST', body });

const refresh = (refreshToken: string) => token('refresh_token', { refresh_token: refreshToken });

const whoAmI = (accessToken: string) =>
  gateway.service.request('/auth/v1/user', { headers: { authorization: `Bearer ${accessToken}` } });

describe('sign-up', () => {
  test('opens a session whose access token identifies the user', async () => {
    const { status, body, headers } = await gateway.signUp('Ada@Example.com');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({
      token_type: 'bearer',
      expires_in: 3600,
      user: { email: 'ada@example.com' },
    });
    expect((await whoAmI(body.access_token)).body).toMatchObject({
      id: body.user.id,
      aud: 'authenticated',
      role: 'authenticated',
      email: 'ada@example.com',
      app_metadata: { provider: 'email', tier: 'free', role: 'user' },
      is_anonymous: false,
    });
  });

  test('issues tokens with the claims of Supabase Auth, verifiable with the published keys', async () => {
    const { body } = await gateway.signUp();
    const { body: jwks } = await gateway.service.request('/auth/v1/.well-known/jwks.json');
    expect(jwks.keys[0]).not.toHaveProperty('d');
    const { payload } = await jwtVerify(body.access_token, createLocalJWKSet(jwks), {
      issuer: `${publicUrl}/auth/v1`,
      audience: 'authenticated',
    });
    expect(payload).toMatchObject({
      sub: body.user.id,
      role: 'authenticated',
      email: body.user.email,
      phone: '',
      app_metadata: { tier: 'free', role: 'user' },
      user_metadata: {},
      aal: 'aal1',
      amr: [{ method: 'password', timestamp: expect.any(Number) }],
      session_id: expect.any(String),
      is_anonymous: false,
    });
    expect(payload.exp).toBe(body.expires_at);
  });

  test('ignores tier and role in the request', async () => {
    const { body } = await gateway.service.request('/auth/v1/signup', {
      method: 'POST',
      body: {
        email: 'mallory@example.com',
        password: 'correct horse',
        app_metadata: { role: 'admin' },
        data: { role: 'admin', tier: 'enterprise' },
      },
    });
    expect(body.user.app_metadata).toMatchObject({ tier: 'free', role: 'user' });
    const answer = await gateway.service.request('/api/admin/users', {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    expect(answer.status).toBe(403);
  });

  test('refuses an address that has an account, ignoring case', async () => {
    await gateway.signUp('twice@example.com');
    const { status, body } = await gateway.signUp('TWICE@example.com');
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 422, error_code: 'user_already_exists' });
  });

  test('refuses a password of fewer than eight characters', async () => {
    const { status, body } = await gateway.signUp('short@example.com', '1234567');
    expect(status).toBe(422);
    expect(body).toMatchObject({ error_code: 'weak_password', weak_password: { reasons: ['length'] } });
  });

  test('refuses a malformed e-mail address', async () => {
    expect((await gateway.signUp('malformed')).status).toBe(400);
  });

  test('refuses metadata that would not fit into a token', async () => {
    const body = { email: 'large@example.com', password: 'correct horse', data: { note: 'x'.repeat(5_000) } };
    const answer = await gateway.service.request('/auth/v1/signup', { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(answer.body.error_code).toBe('validation_failed');
  });

  test.each([
    [413, 'application/json', JSON.stringify({ padding: 'x'.repeat(70_000) })],
    [415, 'text/plain', 'hello'],
    [400, 'application/json', '{"email":'],
  ])('answers an unsupported body with %d', async (status, type, body) => {
    const headers = { 'content-type': type };
    const answer = await gateway.service.request('/auth/v1/signup', { method: 'POST', headers, body });
    expect(answer.status).toBe(status);
    expect(answer.body.code).toBe(status);
  });

  test('stores the password as argon2id and the refresh token as a hash', async () => {
    const { body } = await gateway.signUp('stored@example.com');
    const [user] = await gateway.database.query<{ encrypted_password: string }>(
      'select encrypted_password from auth.users where email = $1',
      ['stored@example.com'],
    );
    expect(user?.encrypted_password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const tokens = await gateway.database.query(
      `select from vc_private.auth_refresh_tokens where token_hash = sha256($1::bytea)`,
      [Buffer.from(body.refresh_token)],
    );
    expect(tokens).toHaveLength(1);
  });
});

describe('login', () => {
  test('opens a separate session', async () => {
    const first = await gateway.signUp('grace@example.com');
    const { status, body } = await token('password', {
      email: 'Grace@example.com',
      password: 'correct horse',
    });
    expect(status).toBe(200);
    expect(body.user.id).toBe(first.body.user.id);
    expect(body.refresh_token).not.toBe(first.body.refresh_token);
  });

  test('answers an unknown address like a wrong password', async () => {
    await gateway.signUp('known@example.com');
    const wrong = await token('password', { email: 'known@example.com', password: 'wrong horse' });
    const unknown = await token('password', { email: 'unknown@example.com', password: 'wrong horse' });
    expect(wrong.status).toBe(400);
    expect(wrong.body).toMatchObject({ error_code: 'invalid_credentials', msg: 'Invalid login credentials' });
    expect(unknown).toMatchObject({ status: wrong.status, body: wrong.body });
  });

  test.each([
    ['deleted', 'deleted_at = now()'],
    ['banned', "banned_until = now() + interval '1 hour'"],
  ])('refuses a %s account, and its refresh tokens', async (what, change) => {
    const { body } = await gateway.signUp(`${what}@example.com`);
    await gateway.database.query(`update auth.users set ${change} where email = $1`, [`${what}@example.com`]);
    const credentials = { email: `${what}@example.com`, password: 'correct horse' };
    expect((await token('password', credentials)).body.error_code).toBe('invalid_credentials');
    expect((await refresh(body.refresh_token)).body.error_code).toBe('refresh_token_not_found');
    expect((await whoAmI(body.access_token)).status).toBe(404);
  });

  test.each(['pkce', 'id_token', 'magic'])('refuses the unknown grant type %s', async (grant) => {
    const { status, body } = await token(grant, {});
    expect({ status, code: body.error_code }).toEqual({ status: 400, code: 'unsupported_grant_type' });
  });

  test.each([
    ['password', { email: 'a@example.com' }],
    ['refresh_token', {}],
  ])('names the missing fields of a request with grant type %s', async (grant, body) => {
    const answer = await token(grant, body);
    expect(answer.status).toBe(400);
    expect(answer.body.error_code).toBe('validation_failed');
  });
});

describe('refresh', () => {
  test('issues new tokens, which carry a changed tier', async () => {
    const { body } = await gateway.signUp();
    await gateway.database.query(
      `update auth.users set raw_app_meta_data = raw_app_meta_data || '{"tier":"pro"}' where id = $1`,
      [body.user.id],
    );
    const next = await refresh(body.refresh_token);
    expect(next.status).toBe(200);
    expect(next.body.user.app_metadata.tier).toBe('pro');
    expect(sessionOf(next.body.access_token)).toBe(sessionOf(body.access_token));
    expect((await refresh(next.body.refresh_token)).status).toBe(200);
  });

  test('refuses a token that was never issued', async () => {
    const { status, body } = await refresh('made-up');
    expect(status).toBe(400);
    expect(body.error_code).toBe('refresh_token_not_found');
  });

  test('ends the whole session if a token is reused after its successor', async () => {
    const { body: first } = await gateway.signUp();
    const { body: second } = await refresh(first.refresh_token);
    const { body: third } = await refresh(second.refresh_token);
    const reused = await refresh(first.refresh_token);
    expect(reused.status).toBe(400);
    expect(reused.body.error_code).toBe('refresh_token_already_used');
    expect((await refresh(third.refresh_token)).body.error_code).toBe('refresh_token_not_found');
  });

  test('serves two concurrent refreshes, as two tabs send them', async () => {
    const { body } = await gateway.signUp();
    const both = await Promise.all([refresh(body.refresh_token), refresh(body.refresh_token)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('a user’s own account', () => {
  const update = (accessToken: string, body: object) =>
    gateway.service.request('/auth/v1/user', {
      method: 'PUT',
      headers: { authorization: `Bearer ${accessToken}` },
      body,
    });

  test('merges metadata, and null removes a field', async () => {
    const { body } = await gateway.signUp();
    const first = await update(body.access_token, { data: { theme: 'dark', name: 'Ada' } });
    expect(first.status).toBe(200);
    const second = await update(body.access_token, { data: { theme: null, size: 2 } });
    expect(second.body.user_metadata).toEqual({ name: 'Ada', size: 2 });
    expect((await whoAmI(body.access_token)).body.user_metadata).toEqual({ name: 'Ada', size: 2 });
  });

  test('refuses metadata that exceeds the limit, even over several requests', async () => {
    const { body } = await gateway.signUp();
    expect((await update(body.access_token, { data: { a: 'x'.repeat(3_000) } })).status).toBe(200);
    const { status } = await update(body.access_token, { data: { b: 'x'.repeat(3_000) } });
    expect(status).toBe(400);
  });

  test.each([
    ['short', 'weak_password'],
    ['correct horse', 'same_password'],
  ])('refuses the password "%s" as %s', async (password, code) => {
    const { body } = await gateway.signUp();
    const answer = await update(body.access_token, { password });
    expect(answer.status).toBe(422);
    expect(answer.body.error_code).toBe(code);
  });

  test('accepts a new password, which ends all other sessions', async () => {
    const { body: mine } = await gateway.signUp('changes@example.com');
    const credentials = { email: 'changes@example.com', password: 'correct horse' };
    const { body: other } = await token('password', credentials);
    expect((await update(mine.access_token, { password: 'battery staple' })).status).toBe(200);
    expect((await whoAmI(mine.access_token)).status).toBe(200);
    expect((await whoAmI(other.access_token)).status).toBe(401);
    expect((await refresh(other.refresh_token)).body.error_code).toBe('refresh_token_not_found');
    expect((await refresh(mine.refresh_token)).status).toBe(200);
    expect((await token('password', credentials)).body.error_code).toBe('invalid_credentials');
    expect((await token('password', { ...credentials, password: 'battery staple' })).status).toBe(200);
  });

  test('keeps its address, its tier and its role', async () => {
    const { body } = await gateway.signUp('stays@example.com');
    const moved = await update(body.access_token, { email: 'elsewhere@example.com' });
    expect({ status: moved.status, code: moved.body.error_code }).toEqual({
      status: 422,
      code: 'validation_failed',
    });
    for (const unchanged of [
      { email: null, phone: null, data: null },
      { email: '', phone: '' },
    ])
      expect((await update(body.access_token, unchanged)).body.email).toBe('stays@example.com');
    const raised = await update(body.access_token, {
      email: 'Stays@example.com',
      app_metadata: { role: 'admin' },
      role: 'admin',
    });
    expect(raised.body).toMatchObject({
      role: 'authenticated',
      app_metadata: { role: 'user', tier: 'free' },
    });
  });

  test('cannot be changed once it is deleted', async () => {
    const { body } = await gateway.signUp('gone@example.com');
    await gateway.database.query(`update auth.users set deleted_at = now() where email = 'gone@example.com'`);
    expect((await update(body.access_token, { data: {} })).status).toBe(404);
  });
});

describe('logging out', () => {
  const logOut = (accessToken: string, scope?: string) =>
    gateway.service.request(`/auth/v1/logout${scope === undefined ? '' : `?scope=${scope}`}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` },
    });

  /** Opens three sessions of one user. Returns which are live after the first has logged out. */
  async function liveAfter(scope?: string): Promise<boolean[]> {
    const { body: first } = await gateway.signUp();
    const credentials = { email: first.user.email, password: 'correct horse' };
    const others = [await token('password', credentials), await token('password', credentials)];
    const sessions = [first, ...others.map(({ body }) => body)];
    for (const session of sessions) await whoAmI(session.access_token);
    expect((await logOut(first.access_token, scope)).status).toBe(204);
    return Promise.all(
      sessions.map(async ({ access_token, refresh_token }) => {
        const { status } = await whoAmI(access_token);
        const refreshed = await refresh(refresh_token);
        expect(refreshed.status === 200).toBe(status === 200);
        return status === 200;
      }),
    );
  }

  test.each([
    [undefined, [false, false, false]],
    ['global', [false, false, false]],
    ['local', [false, true, true]],
    ['others', [true, false, false]],
  ])('with scope %s ends the right sessions and their tokens', async (scope, live) => {
    expect(await liveAfter(scope)).toEqual(live);
  });

  test('lets the user log in again', async () => {
    const { body } = await gateway.signUp('again@example.com');
    await logOut(body.access_token);
    const next = await token('password', { email: 'again@example.com', password: 'correct horse' });
    // A token issued close to a revocation is checked against its session record, and refused while PostgreSQL is slow.
    await eventually(async () => expect((await whoAmI(next.body.access_token)).status).toBe(200));
  });

  test('requires a session and a known scope', async () => {
    const { body } = await gateway.signUp();
    expect((await logOut(body.access_token, 'everything')).status).toBe(400);
    await logOut(body.access_token);
    expect((await logOut(body.access_token)).status).toBe(401);
  });
});

test('reuse of a refresh token revokes the access tokens of its session', async () => {
  const { body: first } = await gateway.signUp();
  const { body: second } = await refresh(first.refresh_token);
  const { body: third } = await refresh(second.refresh_token);
  expect((await whoAmI(third.access_token)).status).toBe(200);
  await refresh(first.refresh_token);
  expect((await whoAmI(third.access_token)).status).toBe(401);
});

test('errors have the format of the API version that the client requests', async () => {
  const answer = await gateway.service.request('/auth/v1/token?grant_type=password', {
    method: 'POST',
    headers: { 'x-supabase-api-version': '2024-01-01' },
    body: { email: 'unknown@example.com', password: 'wrong horse' },
  });
  expect(answer.body).toEqual({ code: 'invalid_credentials', message: 'Invalid login credentials' });
  expect(answer.headers.get('x-sb-error-code')).toBe('invalid_credentials');
  expect(answer.headers.get('x-supabase-api-version')).toBe('2024-01-01');
});

function sessionOf(accessToken: string): unknown {
  const [, claims = ''] = accessToken.split('.');
  return JSON.parse(Buffer.from(claims, 'base64url').toString()).session_id;
}
