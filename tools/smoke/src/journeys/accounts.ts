import { randomUUID } from 'node:crypto';
import { expect, object, text } from '../expectations.ts';
import type { Credentials } from '../settings.ts';
import type { Smoke } from '../smoke.ts';

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly token: string;
}

/** Signs up unless an account is given, logs in and refreshes. Returns undefined if the login fails. */
export async function checkAccount(smoke: Smoke, given?: Credentials): Promise<Account | undefined> {
  const { api, check } = smoke;
  const credentials = given ?? (await signUp(smoke));
  if (!credentials) return undefined;
  await check('a wrong password is refused', () =>
    api.send('/auth/v1/token?grant_type=password', {
      method: 'POST',
      body: { ...credentials, password: randomUUID() },
      status: 400,
    }),
  );
  const session = await check(`${credentials.email} logs in`, () => logIn(smoke, credentials));
  if (!session) return undefined;
  return (await check('a session is refreshed', () => refresh(smoke, session))) ?? session.account;
}

interface Session {
  readonly account: Account;
  readonly refreshToken: string;
}

/** Logs in. Throws Mismatch if the login fails. */
export async function logIn({ api }: Smoke, credentials: Credentials): Promise<Session> {
  const path = '/auth/v1/token?grant_type=password';
  return readSession(await api.send(path, { method: 'POST', body: credentials }));
}

async function refresh({ api }: Smoke, { refreshToken, account }: Session): Promise<Account> {
  const body = { refresh_token: refreshToken };
  const next = readSession(
    await api.send('/auth/v1/token?grant_type=refresh_token', { method: 'POST', body }),
  );
  expect(next.refreshToken !== refreshToken, 'the refresh token has changed');
  const user = await api.send('/auth/v1/user', { token: next.account.token });
  expect(text(user, 'id') === account.id, 'the new session belongs to the same user');
  return next.account;
}

function readSession(body: unknown): Session {
  const user = object(body, 'user');
  return {
    account: { id: text(user, 'id'), email: text(user, 'email'), token: text(body, 'access_token') },
    refreshToken: text(body, 'refresh_token'),
  };
}

function signUp({ api, check }: Smoke): Promise<Credentials | undefined> {
  return check('anyone signs up', async () => {
    const credentials = { email: `smoke-${randomUUID()}@example.com`, password: randomUUID() };
    text(await api.send('/auth/v1/signup', { method: 'POST', body: credentials }), 'access_token');
    return credentials;
  });
}
