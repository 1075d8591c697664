import { createFailOpenCall } from '@valuecanvas/resilience';
import { forwarded } from '@valuecanvas/service-kit';
import { createRevocationList } from '../access-tokens/revocation-list.ts';
import { createTokenVerifier } from '../access-tokens/token-verifier.ts';
import type { AuthBackend, AuthBackendParts } from '../auth-backend/auth-backend.ts';
import type { GatewayKit } from '../config.ts';
import { createPublishedKeys } from './published-keys.ts';
import { createSupabaseApi } from './supabase-api.ts';
import { createSupabaseRecovery } from './supabase-recovery.ts';
import { addSupabaseRoutes } from './supabase-routes.ts';
import { createSupabaseSessions } from './supabase-sessions.ts';
import { supabaseTokenSeconds, trustSupabaseTokens } from './supabase-tokens.ts';

/** Time limit for asking Supabase whether a session is live. */
const sessionTimeoutMs = 2_000;

/** Supabase Auth: verifies the tokens of a Supabase project and forwards /auth/v1 to it. */
export function composeSupabaseAuth(
  { config, now, log, lifecycle }: GatewayKit,
  { redis, roles }: Pick<AuthBackendParts, 'redis' | 'roles'>,
  url: string,
): AuthBackend {
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
    recovery: createSupabaseRecovery(api, revocations, config.PUBLIC_URL),
    routes: {
      signUp: forwarded,
      recover: forwarded,
      issueToken: forwarded,
      getAuthUser: forwarded,
      updateAuthUser: forwarded,
      logOut: forwarded,
      getJwks: forwarded,
    },
    forward: (app) => addSupabaseRoutes(app, api, revocations),
  };
}
