import type { UserPrincipal } from '@valuecanvas/contracts-core';
import type { AuthSession } from '@valuecanvas/contracts-gateway';

/** Where sessions come from: the local auth, or Supabase. Refusals are AppErrors of a status below 500. */
export interface SessionSource {
  logIn(email: string, password: string, userAgent?: string): Promise<AuthSession>;
  /** A refresh token is good once. */
  refresh(refreshToken: string): Promise<AuthSession>;
  /** Ends the session of an access token, and no other. */
  logOut(accessToken: string, principal: UserPrincipal): Promise<void>;
}
