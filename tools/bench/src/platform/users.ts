import { headers, rolePermissions } from '@valuecanvas/contracts-core';
import type { Identities } from './identities.ts';

/** Number of users in rotation, so that the measurement does not depend on one user's counters. */
const count = 16;

/** A registered user. */
export interface User {
  readonly userId: string;
  /** Valid for one hour. */
  readonly accessToken: string;
}

/** Signs users up at a gateway. */
export function createUsers(gateway: string): Promise<User[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => signUp(gateway, index)));
}

async function signUp(gateway: string, index: number): Promise<User> {
  const answer = await fetch(`${gateway}/auth/v1/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `user-${index}@bench.example.com`, password: 'correct horse battery' }),
  });
  if (!answer.ok) throw new Error(`Signing up answered ${answer.status}: ${await answer.text()}`);
  const { user, access_token } = (await answer.json()) as { user: { id: string }; access_token: string };
  return { userId: user.id, accessToken: access_token };
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
