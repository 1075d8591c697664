import type { AuthSession } from '@valuecanvas/contracts-gateway';
import { respond } from '@valuecanvas/service-kit';

/** Answers with tokens, which no cache may keep (RFC 6749, 5.1). */
export const handOut = (session: AuthSession) => respond(200, session, { 'cache-control': 'no-store' });
