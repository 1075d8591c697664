import type { UserPrincipal } from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';
import type { RevocationList } from '../access-tokens/revocation-list.ts';

/** Returns the revocation that follows from a successful request, or undefined if there is none. */
export type ImpliedRevocation = (
  request: FastifyRequest,
  principal: UserPrincipal,
  body: unknown,
) => ((revocations: RevocationList) => Promise<void>) | undefined;

/** A logout ends one session, all sessions or all other sessions, depending on its scope. The default is all. */
export const revocationByLogout: ImpliedRevocation = ({ url }, { userId, sessionId }) => {
  const scope = new URL(url, 'http://gateway').searchParams.get('scope');
  switch (scope) {
    case 'local':
      return sessionId === undefined ? undefined : (revocations) => revocations.revoke(sessionId);
    case 'others':
      return (revocations) => revocations.revokeAllOf(userId, except(sessionId));
    default:
      return (revocations) => revocations.revokeAllOf(userId);
  }
};

/** Supabase ends all other sessions when a password is changed. */
export const revocationByUserUpdate: ImpliedRevocation = (_request, { userId, sessionId }, body) =>
  mayChangePassword(body) ? (revocations) => revocations.revokeAllOf(userId, except(sessionId)) : undefined;

/** Returns true if the body was streamed or is not JSON, because the gateway cannot read it then. */
function mayChangePassword(body: unknown): boolean {
  if (!Buffer.isBuffer(body)) return body !== null;
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return typeof parsed === 'object' && parsed !== null && 'password' in parsed;
  } catch {
    return true;
  }
}

function except(sessionId: string | undefined): { exceptSession?: string } {
  return sessionId === undefined ? {} : { exceptSession: sessionId };
}
