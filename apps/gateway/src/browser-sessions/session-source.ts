import type { UserPrincipal } from '@valuecanvas/contracts-core';
import type { AuthSession } from '@valuecanvas/contracts-gateway';

/** Issues sessions: local auth or Supabase. Refusals are AppErrors with a status below 500. */
export interface SessionSource {
  logIn(email: string, password: string, userAgent?: string): Promise<AuthSession>;
  /** Exchanges a refresh token, which is valid once, for the next tokens. */
  refresh(refreshToken: string): Promise<AuthSession>;
  /** Ends only the session of the access token. */
  logOut(accessToken: string, principal: UserPrincipal): Promise<void>;
}
