import { AppError } from '@valuecanvas/contracts-core';
import { decodeJwt } from 'jose';
import type { RevocationList } from '../access-tokens/revocation-list.ts';
import { invalidLink, type PasswordRecovery } from '../auth-backend/password-recovery.ts';
import type { SupabaseApi } from './supabase-api.ts';

/**
 * Users of a Supabase project set a new password with a link from Supabase's mail. It leads to the page with an access token,
 * which is the token of the reset.
 */
export function createSupabaseRecovery(
  { send }: Pick<SupabaseApi, 'send'>,
  revocations: Pick<RevocationList, 'revokeAllOf'>,
  publicUrl: string,
): PasswordRecovery {
  const page = encodeURIComponent(new URL('/reset', publicUrl).href);
  return {
    sendsMail: true,
    async request(email) {
      const { status } = await send('POST', `/recover?redirect_to=${page}`, { email });
      if (status === 429) throw new AppError('RATE_LIMITED', { internal: 'refused by Supabase Auth' });
      if (status >= 300) throw unusable(status, 'a request for a mail');
    },
    async reset(token, password) {
      const authorization = { authorization: `Bearer ${token}` };
      const { status, text } = await send('PUT', '/user', { password }, authorization);
      if (status === 401 || status === 403) throw invalidLink();
      if (status === 422) throw refusedPassword(text);
      if (status >= 300) throw unusable(status, 'a new password');
      // The token was accepted by Supabase, so its claims are genuine.
      const userId = subjectOf(token);
      const ended = await send('POST', '/logout?scope=global', {}, authorization);
      if (userId !== undefined) await revocations.revokeAllOf(userId);
      if (ended.status >= 500) throw unusable(ended.status, 'a logout');
    },
    async createLink() {
      throw new AppError('UNPROCESSABLE', {
        message:
          'Supabase keeps the accounts of this platform. Send a recovery mail from the dashboard of its project.',
      });
    },
  };
}

function subjectOf(token: string): string | undefined {
  try {
    return decodeJwt(token).sub;
  } catch {
    return undefined;
  }
}

function refusedPassword(text: string): AppError {
  let msg: unknown;
  try {
    ({ msg } = JSON.parse(text) as { msg?: unknown });
  } catch {
    msg = undefined;
  }
  return new AppError('UNPROCESSABLE', typeof msg === 'string' ? { message: msg } : {});
}

function unusable(status: number, request: string): AppError {
  return new AppError('DEPENDENCY_UNAVAILABLE', {
    internal: `Supabase Auth responded with status ${status} to ${request}`,
    retryAfterSeconds: 2,
  });
}
