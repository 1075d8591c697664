import { AuthClient } from '@supabase/auth-js';
import { startTestMailServer, type TestMailServer } from '@valuecanvas/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

let gateway: TestGateway;
let mail: TestMailServer;

beforeAll(async () => {
  mail = await startTestMailServer();
  gateway = await startGateway({ SMTP_URL: mail.url, EMAIL_FROM: 'no-reply@example.com' });
});
afterAll(async () => {
  await gateway.stop();
  await mail.stop();
});

/** Creates an official client as a page uses it. Each client keeps its own session in memory. */
function newClient() {
  const kept = new Map<string, string>();
  const client = new AuthClient({
    url: `${gateway.service.url}/auth/v1`,
    headers: { apikey: 'anon' },
    autoRefreshToken: false,
    detectSessionInUrl: false,
    storage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    },
  });
  const events: string[] = [];
  client.onAuthStateChange((event) => void events.push(event));
  return { client, events };
}

let users = 0;
const password = 'correct horse';

async function signedUp() {
  const email = `client-${++users}@example.com`;
  const { client, events } = newClient();
  const { data, error } = await client.signUp({ email, password, options: { data: { name: 'Ada' } } });
  expect(error).toBeNull();
  return { client, events, email, session: data.session };
}

describe('the official client of Supabase Auth', () => {
  test('signs up and is logged in', async () => {
    const { client, email, session } = await signedUp();
    expect(session?.user).toMatchObject({ email, user_metadata: { name: 'Ada' } });
    const { data } = await client.getUser();
    expect(data.user).toMatchObject({ email, app_metadata: { tier: 'free', role: 'user' } });
    expect(data.user?.identities).toMatchObject([{ provider: 'email', identity_data: { email } }]);
  });

  test('logs in with a password', async () => {
    const { email } = await signedUp();
    const { client, events } = newClient();
    const { data, error } = await client.signInWithPassword({ email, password });
    expect(error).toBeNull();
    expect(data.session?.token_type).toBe('bearer');
    expect(events).toContain('SIGNED_IN');
  });

  test.each([
    ['wrong horse', 'invalid_credentials', 400],
    ['', 'validation_failed', 400],
  ])('is told why the password "%s" is refused', async (wrong, code, status) => {
    const { email } = await signedUp();
    const { error } = await newClient().client.signInWithPassword({ email, password: wrong });
    expect(error).toMatchObject({ code, status });
  });

  test('asks for a mail with a link that sets a new password', async () => {
    const { email } = await signedUp();
    const { error } = await newClient().client.resetPasswordForEmail(email, {
      redirectTo: 'https://app.example.com',
    });
    expect(error).toBeNull();
    await expect.poll(() => mail.mails.map(({ to }) => to)).toContainEqual([email]);
  });

  test('receives the reason for a weak password', async () => {
    const { client } = newClient();
    const { error } = await client.signUp({ email: 'weak@example.com', password: 'short' });
    expect(error).toMatchObject({
      name: 'AuthWeakPasswordError',
      code: 'weak_password',
      reasons: ['length'],
    });
  });

  test('receives an error for an address that has an account', async () => {
    const { email } = await signedUp();
    const { error } = await newClient().client.signUp({ email, password });
    expect(error).toMatchObject({ code: 'user_already_exists', status: 422 });
  });

  test('verifies its access token with the published keys', async () => {
    const { client, session } = await signedUp();
    const { data, error } = await client.getClaims();
    expect(error).toBeNull();
    expect(data?.claims).toMatchObject({ sub: session?.user.id, aud: 'authenticated', aal: 'aal1' });
  });

  test('refreshes its session', async () => {
    const { client, session, events } = await signedUp();
    const { data, error } = await client.refreshSession();
    expect(error).toBeNull();
    expect(data.session?.refresh_token).not.toBe(session?.refresh_token);
    expect(events).toContain('TOKEN_REFRESHED');
  });

  test('restores a session from its tokens', async () => {
    const { session, email } = await signedUp();
    const { client } = newClient();
    const { data, error } = await client.setSession({
      access_token: session?.access_token ?? '',
      refresh_token: session?.refresh_token ?? '',
    });
    expect(error).toBeNull();
    expect(data.user?.email).toBe(email);
  });

  test('changes password and metadata', async () => {
    const { client, email, events } = await signedUp();
    const { data, error } = await client.updateUser({ password: 'battery staple', data: { name: 'Grace' } });
    expect(error).toBeNull();
    expect(data.user?.user_metadata).toMatchObject({ name: 'Grace' });
    expect(events).toContain('USER_UPDATED');
    const again = await newClient().client.signInWithPassword({ email, password: 'battery staple' });
    expect(again.error).toBeNull();
  });

  test.each(['global', 'local', 'others'] as const)('logs out, scope %s', async (scope) => {
    const { client, email, events } = await signedUp();
    const other = newClient();
    await other.client.signInWithPassword({ email, password });
    expect((await client.signOut({ scope })).error).toBeNull();
    const [mine, others] = await Promise.all([client.getUser(), other.client.getUser()]);
    expect(mine.error === null).toBe(scope === 'others');
    expect(others.error === null).toBe(scope === 'local');
    expect(events.includes('SIGNED_OUT')).toBe(scope !== 'others');
  });

  test('is logged out together with the attacker when a stolen refresh token is reused', async () => {
    const { client, session } = await signedUp();
    const thief = newClient().client;
    const stolen = { refresh_token: session?.refresh_token ?? '' };
    const first = await thief.refreshSession(stolen);
    await thief.refreshSession({ refresh_token: first.data.session?.refresh_token ?? '' });
    const { error } = await client.refreshSession();
    expect(error).toMatchObject({ code: 'refresh_token_already_used' });
    expect((await client.getUser()).error).not.toBeNull();
    expect((await thief.getUser()).error).not.toBeNull();
  });
});
