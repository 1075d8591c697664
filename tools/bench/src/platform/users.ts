import { headers, rolePermissions } from '@valuecanvas/contracts-core';
import type { Identities } from './identities.ts';

/** Number of users in rotation, so that the measurement does not depend on one user's counters. */
const count = 16;

/** A registered user. */
export interface User {
  readonly userId: string;
  readonly email: string;
  /** Valid for one hour. */
  readonly accessToken: string;
}

/** Signs users up at a gateway. */
export function createUsers(gateway: string): Promise<User[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => signUp(gateway, index)));
}

const signUp = (gateway: string, index: number): Promise<User> =>
  openSession(`${gateway}/auth/v1/signup`, `user-${index}@bench.example.com`);

/** Returns the user with a new access token, which carries the user's current role. */
export const logIn = (gateway: string, email: string): Promise<User> =>
  openSession(`${gateway}/auth/v1/token?grant_type=password`, email);

async function openSession(url: string, email: string): Promise<User> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'correct horse battery' }),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  const { user, access_token } = (await answer.json()) as { user: { id: string }; access_token: string };
  return { userId: user.id, email, accessToken: access_token };
}

/** Headers of a user's requests to the gateway. */
export const userHeaders = (users: readonly User[]) =>
  users.map(({ accessToken }) => ({ authorization: `Bearer ${accessToken}` }));

/** Headers of the gateway's requests to the router for a user. They expire after 60 s: create them per measurement. */
export function internalHeaders(users: readonly User[], { sign }: Identities) {
  return Promise.all(
    users.map(async ({ userId }) => ({
      [headers.identity]: await sign('llm-router', {
        kind: 'user',
        userId,
        tier: 'free',
        role: 'user',
        permissions: rolePermissions.user,
      }),
    })),
  );
}
