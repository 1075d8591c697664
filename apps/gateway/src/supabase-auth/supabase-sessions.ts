import { AppError } from '@valuecanvas/contracts-core';
import { AuthSession } from '@valuecanvas/contracts-gateway';
import Value from 'typebox/value';
import type { RevocationList } from '../access-tokens/revocation-list.ts';
import type { SessionSource } from '../browser-sessions/browser-sessions.service.ts';
import type { SupabaseApi } from './supabase-api.ts';

/**
 * Statuses with which Supabase Auth refuses credentials and tokens. Other statuses have other causes: 401 a wrong project
 * key, 404 a wrong URL, 409 concurrent refreshes of one session.
 */
const refusalStatuses: readonly number[] = [400, 403, 422];

/** Opens browser sessions at Supabase Auth: the gateway logs in for the browser and keeps the tokens. */
export function createSupabaseSessions(
  api: Pick<SupabaseApi, 'send'>,
  revocations: Pick<RevocationList, 'revoke'>,
): SessionSource {
  const grant = async (type: string, body: object): Promise<AuthSession> => {
    const { status, text } = await api.send('POST', `/token?grant_type=${type}`, body);
    if (status === 429) throw new AppError('RATE_LIMITED', { internal: 'refused by Supabase Auth' });
    if (refusalStatuses.includes(status)) throw new AppError('UNAUTHENTICATED');
    return sessionIn(status, text);
  };

  return {
    logIn: (email, password) => grant('password', { email, password }),
    async signUp(email, password) {
      const { status, text } = await api.send('POST', '/signup', { email, password });
      if (status === 429) throw new AppError('RATE_LIMITED', { internal: 'refused by Supabase Auth' });
      if (refusalStatuses.includes(status)) throw refusedSignUp(text);
      return needsConfirmation(status, text) ? undefined : sessionIn(status, text);
    },
    refresh: (refreshToken) => grant('refresh_token', { refresh_token: refreshToken }),
    async logOut(accessToken, { sessionId }) {
      const { status } = await api.send(
        'POST',
        '/logout?scope=local',
        {},
        { authorization: `Bearer ${accessToken}` },
      );
      if (status >= 500) throw unusable(`Supabase Auth responded with status ${status} to a logout`);
      if (sessionId !== undefined) await revocations.revoke(sessionId);
    },
  };
}

/** Supabase Auth responds to a sign-up with the user alone if the address must be confirmed. */
function needsConfirmation(status: number, text: string): boolean {
  return status === 200 && !('access_token' in objectOf(parse(text)));
}

/** Relays the explanation, as the forwarded route /auth/v1/signup does. */
function refusedSignUp(text: string): AppError {
  const { msg } = objectOf(parse(text));
  return new AppError('UNPROCESSABLE', typeof msg === 'string' ? { message: msg } : {});
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function sessionIn(status: number, text: string): AuthSession {
  const parsed: unknown = status === 200 ? parse(text) : undefined;
  if (!Value.Check(AuthSession, parsed))
    throw unusable(`Supabase Auth responded with status ${status} and no session`);
  return parsed;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unusable(internal: string): AppError {
  return new AppError('DEPENDENCY_UNAVAILABLE', { internal, retryAfterSeconds: 2 });
}
