import type { TrustedTokens } from '../access-tokens/token-verifier.ts';
import type { PublishedKeys } from './published-keys.ts';

/** Longest lifetime of access tokens that Supabase allows. */
export const supabaseTokenSeconds = 7 * 24 * 3_600;

const asymmetric = ['ES256', 'RS256'];
const symmetric = 'HS256';

/**
 * Trusts access tokens of a Supabase project. Public keys verify only asymmetric algorithms and the secret only HS256, so
 * the algorithm in a token's header cannot select a key of another kind.
 */
export function trustSupabaseTokens(options: {
  /** URL of the project's Auth. */
  readonly issuer: string;
  readonly keys: PublishedKeys;
  /** Secret of projects that still sign with HS256. If absent, HS256 tokens are refused. */
  readonly jwtSecret: string | undefined;
}): TrustedTokens {
  const { issuer, keys } = options;
  const secret = options.jwtSecret === undefined ? undefined : new TextEncoder().encode(options.jwtSecret);
  return {
    issuer,
    maxLifetimeSeconds: supabaseTokenSeconds,
    algorithms: secret ? [...asymmetric, symmetric] : asymmetric,
    keyFor: ({ alg, kid }) => {
      if (alg === symmetric) return secret;
      return alg === undefined || kid === undefined ? undefined : keys.find({ alg, kid });
    },
  };
}
