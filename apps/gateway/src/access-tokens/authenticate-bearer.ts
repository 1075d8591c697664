import { AppError, type Principal } from '@valuecanvas/contracts-core';
import type { CredentialSource } from './authenticate.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** Longer ones are not looked at; well beyond what a token with generous metadata needs. */
const maxTokenLength = 8_192;

const bearer = /^bearer +([\w.~+/=-]+) *$/i;

/** Access tokens in the authorization header; whatever else stands there is refused. */
export function authenticateBearer(tokens: TokenVerifier): CredentialSource {
  const verify = async (token: string): Promise<Principal> => {
    const principal = await tokens.verify(token);
    if (!principal) throw refused();
    return principal;
  };
  return ({ headers: { authorization } }) => {
    if (authorization === undefined) return undefined;
    // What almost every client writes, without a look at each character of a token that is known.
    const known = authorization.startsWith('Bearer ') ? tokens.known(authorization.slice(7)) : undefined;
    if (known) return known;
    const token = bearer.exec(authorization)?.[1];
    if (!token || token.length > maxTokenLength) throw refused();
    return tokens.known(token) ?? verify(token);
  };
}

function refused(): AppError {
  return new AppError('UNAUTHENTICATED', {
    message: 'The access token is not valid or has expired: log in again, or refresh the session.',
  });
}
