import type { GatewayKit } from '../config.ts';
import { composeLocalAuth } from '../local-auth/compose-local-auth.ts';
import { composeSupabaseAuth } from '../supabase-auth/compose-supabase-auth.ts';
import type { AuthBackend, AuthBackendParts } from './auth-backend.ts';

/** Composes the backend: Supabase Auth if SUPABASE_URL is set, otherwise local auth. */
export function composeAuthBackend(
  kit: GatewayKit,
  parts: AuthBackendParts,
): Promise<AuthBackend> | AuthBackend {
  const { SUPABASE_URL } = kit.config;
  return SUPABASE_URL === undefined
    ? composeLocalAuth(kit, parts)
    : composeSupabaseAuth(kit, parts, SUPABASE_URL);
}
