import type { AuthBackend, AuthBackendParts } from './auth-backend.ts';
import { createLocalBackend } from './local-backend.ts';
import { createSupabaseBackend } from './supabase-backend.ts';

/** Creates the backend: Supabase Auth if SUPABASE_URL is set, otherwise local auth. */
export function createAuthBackend(parts: AuthBackendParts): Promise<AuthBackend> | AuthBackend {
  const { SUPABASE_URL } = parts.kit.config;
  return SUPABASE_URL === undefined ? createLocalBackend(parts) : createSupabaseBackend(parts, SUPABASE_URL);
}
