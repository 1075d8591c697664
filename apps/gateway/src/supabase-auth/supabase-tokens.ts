import type { TrustedTokens } from '../access-tokens/trusted-tokens.ts';
import type { PublishedKeys } from './published-keys.ts';

/** Seconds: the longest that Supabase lets access tokens live. */
export const supabaseTokenSeconds = 7 * 24 * 3_600;

const asymmetric = ['ES256', 'RS256'];
const symmetric = 'HS256';

/**
 * Tokens of a Supabase project. A public key fits no symmetric algorithm and the secret no other, so what a token says of
 * its algorithm chooses among what is configured, and nothing more.
 */
export function trustSupabaseTokens(options: {
  /** Where the project's Auth is. */
  readonly issuer: string;
  readonly keys: PublishedKeys;
  /** Of projects that still sign with one; without it no such token is accepted. */
  readonly jwtSecret: string | undefined;
}): TrustedTokens {
  const { issuer, keys } = options;
  const secret = options.jwtSecret === undefined ? undefined : new TextEncoder().encode(options.jwtSecret);
  return {
    issuer,
    longestSeconds: supabaseTokenSeconds,
    algorithms: secret ? [...asymmetric, symmetric] : asymmetric,
    keyFor: ({ alg, kid }) => {
      if (alg === symmetric) return secret;
      return alg === undefined || kid === undefined ? undefined : keys.find({ alg, kid });
    },
  };
}
