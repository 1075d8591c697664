import { AppError, type Principal } from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';
import type { CredentialSource } from '../access-tokens/authenticate.ts';
import type { TokenVerifier } from '../access-tokens/token-verifier.ts';
import type { RateLimitedAddresses } from '../edge/rate-limited-addresses.ts';

/** A bearer token that is meant to be one of our keys; an access token never begins like this. */
const bearerKey = /^bearer +(vc_\S*) *$/i;

/**
 * API keys, as bearer tokens and in x-api-key. Of a request with an access token and a key, found by `tokens` and here,
 * both must be good and one user's, and it may do no more than the key.
 */
export function authenticateApiKey(
  keys: TokenVerifier,
  tokens: CredentialSource,
  limitedAddresses: Pick<RateLimitedAddresses, 'check'>,
): CredentialSource {
  const verify = async (key: string): Promise<Principal> => {
    const principal = await keys.verify(key);
    if (!principal) throw refused('The API key is not valid, has expired or was revoked.');
    return principal;
  };
  const principalOf = (key: string, request: FastifyRequest) => {
    const known = keys.known(key);
    if (known) return known;
    limitedAddresses.check(request);
    return verify(key);
  };

  return (request) => {
    const { authorization, 'x-api-key': key } = request.headers;
    const bearer = authorization === undefined ? undefined : bearerKey.exec(authorization)?.[1];
    if (typeof key !== 'string') return bearer === undefined ? undefined : principalOf(bearer, request);
    if (authorization === undefined || key === bearer) return principalOf(key, request);
    if (bearer !== undefined) throw refused('The authorization header and x-api-key hold different keys.');
    return ofOneUser(tokens(request), principalOf(key, request));
  };
}

async function ofOneUser(
  token: ReturnType<CredentialSource>,
  key: Principal | Promise<Principal>,
): Promise<Principal> {
  const [shown, narrower] = await Promise.all([token, key]);
  if (shown?.kind === 'user' && narrower.kind === 'user' && shown.userId === narrower.userId) return narrower;
  throw refused('The access token and the API key belong to different users.');
}

function refused(message: string): AppError {
  return new AppError('UNAUTHENTICATED', { message });
}
