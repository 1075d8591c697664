import type { AuthSession } from '@valuecanvas/contracts-gateway';
import { respond } from '@valuecanvas/service-kit';

/** Builds a response with tokens, which no cache may store (RFC 6749, section 5.1). */
export const tokenResponse = (session: AuthSession) => respond(200, session, { 'cache-control': 'no-store' });
