import { respond } from '@valuecanvas/service-kit';
import type { AuthKeys } from '../access-tokens/auth-keys.ts';
import type { AuthRoutes } from '../auth-backend/auth-backend.ts';
import { issueTokenHandler } from './issue-token.handler.ts';
import type { LocalAuth } from './local-auth.service.ts';
import { tokenResponse } from './token-response.ts';

/** Supabase Auth has the same value. A new key must be published for longer than this before it signs. */
const jwksMaxAgeSeconds = 600;

/** Handlers of /auth/v1 for local accounts. */
export function localAuthRoutes(auth: LocalAuth, { published }: AuthKeys): AuthRoutes {
  return {
    signUp: async (call) => tokenResponse(await auth.signUp(call.body, call.header('user-agent'))),
    issueToken: issueTokenHandler(auth),
    getAuthUser: ({ principal }) => auth.getUser(principal),
    updateAuthUser: ({ principal, body }) => auth.updateUser(principal, body),
    logOut: ({ principal, query: { scope = 'global' } }) => auth.logOut(principal, scope),
    getJwks: () =>
      respond(200, { keys: [...published] }, { 'cache-control': `public, max-age=${jwksMaxAgeSeconds}` }),
  };
}
