import {
  AppError,
  type Contract,
  headers,
  type Principal,
  type RouteAuth,
  type ServiceName,
} from '@valuecanvas/contracts-core';
import { createInternalVerifier, importPublicKeys } from '@valuecanvas/identity';
import type { FastifyRequest } from 'fastify';

/** Returns the principal of a request. Throws UNAUTHENTICATED if its credentials are not valid. */
export type Authenticator = (request: FastifyRequest) => Principal | Promise<Principal>;

/**
 * Authenticates requests to services behind the edge by their internal tokens. A caller named in the contract may
 * vouch for any principal. A service that only an internal route names may act only as itself. A request without a
 * valid token is rejected, even on routes that are open to anyone. `publicKeys` is the value of INTERNAL_PUBLIC_KEYS.
 */
export async function internalTokenAuthenticator(
  contract: Contract,
  publicKeys: string,
  now: () => number,
): Promise<Authenticator> {
  const verifier = createInternalVerifier({
    audience: contract.service,
    issuers: contract.callers,
    speakers: Object.values(contract.routes).flatMap(speakersOf),
    keys: await importPublicKeys(publicKeys),
    now,
  });
  const verify = async (token: string): Promise<Principal> => {
    const identity = await verifier.verify(token);
    if (!identity) throw new AppError('UNAUTHENTICATED', { internal: 'internal token rejected' });
    return identity.principal;
  };
  return (request) => {
    const token = request.headers[headers.identity];
    if (typeof token !== 'string')
      throw new AppError('UNAUTHENTICATED', { internal: 'internal token missing' });
    return verifier.known(token)?.principal ?? verify(token);
  };
}

/** Skips routes without `auth`: registration rejects those with a clearer message. */
function speakersOf({ auth }: { readonly auth?: RouteAuth }): readonly ServiceName[] {
  return auth?.kind === 'service' ? auth.callers : [];
}
