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

/** Finds out for whom a request acts; throws UNAUTHENTICATED where its credentials are not good. */
export type Authenticator = (request: FastifyRequest) => Principal | Promise<Principal>;

/**
 * For services behind the edge: only what a caller named in the contract has signed is believed, and of a service that
 * just an internal route names only that it is itself. Without such a token nothing is answered, not even what anyone
 * may ask for. `publicKeys` is an INTERNAL_PUBLIC_KEYS.
 */
export async function believeInternalTokens(
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
    if (!identity) throw new AppError('UNAUTHENTICATED', { internal: 'internal token refused' });
    return identity.principal;
  };
  return (request) => {
    const token = request.headers[headers.identity];
    if (typeof token !== 'string') throw new AppError('UNAUTHENTICATED', { internal: 'no internal token' });
    return verifier.known(token)?.principal ?? verify(token);
  };
}

/** A route that says nothing of the kind is refused when it is added, with a better word than ours. */
function speakersOf({ auth }: { readonly auth?: RouteAuth }): readonly ServiceName[] {
  return auth?.kind === 'service' ? auth.callers : [];
}
