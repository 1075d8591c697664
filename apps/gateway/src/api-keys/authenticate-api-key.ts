import { AppError, type Principal } from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';
import type { CredentialSource } from '../access-tokens/authenticate.ts';
import type { TokenVerifier } from '../access-tokens/token-verifier.ts';
import type { RateLimitedAddresses } from '../edge/rate-limited-addresses.ts';

/** A bearer token with the prefix of API keys. Access tokens never have this prefix. */
const bearerKey = /^bearer +(vc_\S*) *$/i;

/**
 * Authenticates by an API key as bearer token or in x-api-key. If a request also carries an access token, which `tokens`
 * verifies, both must be valid and belong to the same user, and the permissions of the key apply.
 */
export function authenticateApiKey(
  keys: TokenVerifier,
  tokens: CredentialSource,
  limitedAddresses: Pick<RateLimitedAddresses, 'check'>,
): CredentialSource {
  const verify = async (key: string): Promise<Principal> => {
    const principal = await keys.verify(key);
    if (!principal) throw refused('The API key is invalid, has expired or was revoked.');
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
    if (bearer !== undefined)
      throw refused('The authorization header and x-api-key contain different keys. Send only one.');
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
