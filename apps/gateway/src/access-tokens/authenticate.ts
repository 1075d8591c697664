import { anonymous, type Principal } from '@valuecanvas/contracts-core';
import type { Authenticator } from '@valuecanvas/service-kit';
import type { FastifyRequest } from 'fastify';

/**
 * One way to show who asks: for whom its credential stands, or undefined where a request shows none of the kind.
 * Throws UNAUTHENTICATED for a bad one.
 */
export type CredentialSource = (request: FastifyRequest) => Principal | Promise<Principal> | undefined;

/**
 * The first source that finds something decides. Whoever shows nothing is anonymous; whoever shows something bad is
 * refused, even where anybody may ask, but for paths on which somebody else judges credentials.
 */
export function createAuthenticator(sources: readonly CredentialSource[]): Authenticator {
  const authenticate: Authenticator = (request) => {
    for (const source of sources) {
      const found = source(request);
      if (found) return found;
    }
    return anonymous;
  };
  return (request) =>
    request.routeConfig.judgesCredentials ? orAnonymous(authenticate, request) : authenticate(request);
}

async function orAnonymous(authenticate: Authenticator, request: FastifyRequest): Promise<Principal> {
  try {
    return await authenticate(request);
  } catch {
    return anonymous;
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The service that is forwarded to judges what clients show: bad credentials are passed on, as nobody's. */
    judgesCredentials?: boolean;
  }
}
