import type { AuthSession, issueToken } from '@valuecanvas/contracts-gateway';
import { type Handler, respond } from '@valuecanvas/service-kit';
import type { AuthKeys } from '../access-tokens/auth-keys.ts';
import type { AuthRoutes } from '../auth-backend/auth-backend.ts';
import type { PasswordRecovery } from '../auth-backend/password-recovery.ts';
import { invalidInput, unsupportedGrantType } from './auth-failures.ts';
import type { LocalAuth } from './local-auth.service.ts';

/** Supabase Auth has the same value. A new key must be published for longer than this before it signs. */
const jwksMaxAgeSeconds = 600;

/** Handlers of /auth/v1 for local accounts. */
export function localAuthRoutes(
  auth: LocalAuth,
  recovery: PasswordRecovery,
  { published }: AuthKeys,
): AuthRoutes {
  return {
    signUp: async (call) => tokenResponse(await auth.signUp(call.body, call.header('user-agent'))),
    issueToken: issueTokenHandler(auth),
    async recover({ body }) {
      await recovery.request(body.email);
      return {};
    },
    getAuthUser: ({ principal }) => auth.getUser(principal),
    updateAuthUser: ({ principal, body }) => auth.updateUser(principal, body),
    logOut: ({ principal, query: { scope = 'global' } }) => auth.logOut(principal, scope),
    getJwks: () =>
      respond(200, { keys: [...published] }, { 'cache-control': `public, max-age=${jwksMaxAgeSeconds}` }),
  };
}

function issueTokenHandler(auth: LocalAuth): Handler<typeof issueToken> {
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

/** Builds a response with tokens, which no cache may store (RFC 6749, section 5.1). */
function tokenResponse(session: AuthSession) {
  return respond(200, session, { 'cache-control': 'no-store' });
}
