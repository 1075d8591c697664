import { createFailOpenCall } from '@valuecanvas/resilience';
import { forwarded } from '@valuecanvas/service-kit';
import { createRevocationList } from '../access-tokens/revocation-list.ts';
import { createTokenVerifier } from '../access-tokens/token-verifier.ts';
import { createPublishedKeys } from '../supabase-auth/published-keys.ts';
import { createSupabaseApi } from '../supabase-auth/supabase-api.ts';
import { addSupabaseRoutes } from '../supabase-auth/supabase-routes.ts';
import { createSupabaseSessions } from '../supabase-auth/supabase-sessions.ts';
import { supabaseTokenSeconds, trustSupabaseTokens } from '../supabase-auth/supabase-tokens.ts';
import type { AuthBackend, AuthBackendParts } from './auth-backend.ts';

/** Time limit for asking Supabase whether a session is live. */
const sessionTimeoutMs = 2_000;

/** Creates a backend that verifies the tokens of a Supabase project and forwards /auth/v1 to it. */
export function createSupabaseBackend({ kit, redis, roles }: AuthBackendParts, url: string): AuthBackend {
  const { config, now, log, lifecycle } = kit;
  const api = createSupabaseApi({ url, anonKey: config.SUPABASE_ANON_KEY });
  lifecycle.onStop('close', 'connections to Supabase', () => api.close());
  const call = createFailOpenCall({
    timeoutMs: sessionTimeoutMs,
    onFailure: (err) => log.warn({ err }, 'sessions: Supabase unavailable, sessions not checked'),
  });
  const revocations = createRevocationList({
    ...redis,
    tokenSeconds: supabaseTokenSeconds,
    confirm: ({ token }) => call(() => api.isLive(token)),
    now,
    log,
  });
  const trusted = trustSupabaseTokens({
    issuer: api.issuer,
    keys: createPublishedKeys({ load: api.loadKeys, now, log }),
    jwtSecret: config.JWT_SECRET,
  });
  return {
    tokens: createTokenVerifier({ trusted, revocations, roles, now }),
    revocations,
    sessions: createSupabaseSessions(api, revocations),
    routes: {
      signUp: forwarded,
      issueToken: forwarded,
      getAuthUser: forwarded,
      updateAuthUser: forwarded,
      logOut: forwarded,
      getJwks: forwarded,
    },
    forward: (app) => addSupabaseRoutes(app, api, revocations),
  };
}
