import type { issueToken } from '@valuecanvas/contracts-gateway';
import type { Handler } from '@valuecanvas/service-kit';
import { invalidInput, unsupportedGrantType } from './auth-failures.ts';
import type { LocalAuth } from './local-auth.service.ts';
import { tokenResponse } from './token-response.ts';

export function issueTokenHandler(auth: LocalAuth): Handler<typeof issueToken> {
  return async (call) => {
    const { email, password, refresh_token } = call.body;
    const { grant_type } = call.query;
    if (grant_type !== 'password' && grant_type !== 'refresh_token') throw unsupportedGrantType();
    if (grant_type === 'refresh_token') {
      if (!refresh_token) throw invalidInput('Send refresh_token in the body.');
      return tokenResponse(await auth.refresh(refresh_token));
    }
    if (!email || !password) throw invalidInput('Send email and password in the body.');
    return tokenResponse(await auth.logIn(email, password, call.header('user-agent')));
  };
}
