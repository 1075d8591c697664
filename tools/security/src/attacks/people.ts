import { randomUUID } from 'node:crypto';
import { textAt } from './fields.ts';
import type { Answer, Target } from './target.ts';

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
}

export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

export async function signUp(target: Target): Promise<Person> {
  const credentials = { email: `probe-${randomUUID()}@example.com`, password: randomUUID() };
  const answer = await target.send({ method: 'POST', path: '/auth/v1/signup', body: credentials });
  return { ...credentials, id: textAt(answer, 'user', 'id'), token: textAt(answer, 'access_token') };
}

/** Opens another session. */
export async function logIn(target: Target, { email, password }: Person): Promise<Tokens> {
  return tokensIn(await askForTokens(target, 'password', { email, password }));
}

export async function refresh(target: Target, refreshToken: string): Promise<Tokens> {
  return tokensIn(await askForTokens(target, 'refresh_token', { refresh_token: refreshToken }));
}

export function askForTokens(target: Target, grant: string, body: object): Promise<Answer> {
  return target.send({ method: 'POST', path: `/auth/v1/token?grant_type=${grant}`, body });
}

function tokensIn(answer: Answer): Tokens {
  return { access: textAt(answer, 'access_token'), refresh: textAt(answer, 'refresh_token') };
}
