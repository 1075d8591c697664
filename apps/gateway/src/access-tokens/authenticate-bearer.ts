import { AppError, type Principal } from '@valuecanvas/contracts-core';
import type { CredentialSource } from './authenticate.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** Longer tokens are refused unread. A token with the largest allowed metadata is well below this length. */
const maxTokenLength = 8_192;

const bearer = /^bearer +([\w.~+/=-]+) *$/i;

/** Authenticates by the access token in the authorization header. Refuses any other content of that header. */
export function authenticateBearer(tokens: TokenVerifier): CredentialSource {
  const verify = async (token: string): Promise<Principal> => {
    const principal = await tokens.verify(token);
    if (!principal) throw refused();
    return principal;
  };
  return ({ headers: { authorization } }) => {
    if (authorization === undefined) return undefined;
    // Fast path for the usual spelling: a cached token needs no regular expression.
    const known = authorization.startsWith('Bearer ') ? tokens.known(authorization.slice(7)) : undefined;
    if (known) return known;
    const token = bearer.exec(authorization)?.[1];
    if (!token || token.length > maxTokenLength) throw refused();
    return tokens.known(token) ?? verify(token);
  };
}

function refused(): AppError {
  return new AppError('UNAUTHENTICATED', {
    message: 'The access token is invalid or has expired. Log in again or refresh the session.',
  });
}
