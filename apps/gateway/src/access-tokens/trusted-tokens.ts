import type { CryptoKey, JWSHeaderParameters } from 'jose';
import { type AuthKeys, accessTokenAlgorithm } from './auth-keys.ts';

export type VerifyingKey = CryptoKey | Uint8Array;

/** The trusted issuer of access tokens, with its algorithms and keys. */
export interface TrustedTokens {
  readonly issuer: string;
  /** No other algorithm is accepted, whatever the header of a token claims. */
  readonly algorithms: readonly string[];
  /** Tokens with a longer lifetime are refused: they could outlive the revocation of their session in Redis. */
  readonly maxLifetimeSeconds: number;
  /**
   * Returns the verification key for a token of one of the algorithms, or undefined if there is none. Throws
   * DEPENDENCY_UNAVAILABLE if the keys cannot be loaded.
   */
  keyFor(header: JWSHeaderParameters): VerifyingKey | undefined | Promise<VerifyingKey | undefined>;
}

/** Trusts local access tokens. The key is selected by its id. */
export function trustOwnTokens(keys: AuthKeys, issuer: string, maxLifetimeSeconds: number): TrustedTokens {
  return {
    issuer,
    maxLifetimeSeconds,
    algorithms: [accessTokenAlgorithm],
    keyFor: ({ kid }) => (kid === undefined ? undefined : keys.verifying.get(kid)),
  };
}
