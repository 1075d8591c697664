import type { CryptoKey, JWSHeaderParameters } from 'jose';
import { type AuthKeys, accessTokenAlgorithm } from './auth-keys.ts';

export type VerifyingKey = CryptoKey | Uint8Array;

/** Whose tokens are believed, and in what they must be signed. */
export interface TrustedTokens {
  readonly issuer: string;
  /** Nothing else is accepted, whatever a token says of itself. */
  readonly algorithms: readonly string[];
  /** Seconds: a token that lives longer could outlive the news that its session is over, and is refused. */
  readonly longestSeconds: number;
  /**
   * The key that a token of one of the algorithms must have been signed with, undefined where there is none. Throws
   * DEPENDENCY_UNAVAILABLE where the keys are not to be had.
   */
  keyFor(header: JWSHeaderParameters): VerifyingKey | undefined | Promise<VerifyingKey | undefined>;
}

/** Tokens of our own: the key is chosen by its id. */
export function trustOwnTokens(keys: AuthKeys, issuer: string, longestSeconds: number): TrustedTokens {
  return {
    issuer,
    longestSeconds,
    algorithms: [accessTokenAlgorithm],
    keyFor: ({ kid }) => (kid === undefined ? undefined : keys.verifying.get(kid)),
  };
}
