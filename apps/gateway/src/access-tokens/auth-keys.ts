import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose';
import type { TrustedTokens } from './token-verifier.ts';

/** The key pairs of access tokens: one key signs, and all keys verify. Verification keys are found by their id. */
export interface AuthKeys {
  readonly signing: { readonly kid: string; readonly key: CryptoKey };
  readonly verifying: ReadonlyMap<string, CryptoKey>;
  /** The public keys in the format of a JWKS. */
  readonly published: readonly JWK[];
}

interface AuthKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly published: JWK;
}

/** The only algorithm for signing and verifying local access tokens. */
export const accessTokenAlgorithm = 'ES256';

/** Parses the variable AUTH_SIGNING_KEYS. Throws an Error if it is not a JSON array of private ES256 keys. */
export async function importAuthKeys(value: string): Promise<AuthKeys> {
  const keys = await Promise.all(parseKeys(value).map(importKey));
  const [first] = keys;
  if (!first) throw malformed();
  return {
    signing: { kid: first.kid, key: first.privateKey },
    verifying: new Map(keys.map(({ kid, publicKey }) => [kid, publicKey])),
    published: keys.map(({ published }) => published),
  };
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

async function importKey(jwk: JWK): Promise<AuthKey> {
  const { kty, crv, x, y, d } = jwk;
  if (kty !== 'EC' || crv !== 'P-256' || !x || !y || !d) throw malformed();
  const bare: JWK = { kty, crv, x, y };
  const kid = jwk.kid ?? (await calculateJwkThumbprint(bare));
  const [privateKey, publicKey] = await Promise.all([
    importJWK({ ...bare, d }, accessTokenAlgorithm).catch(refuse),
    importJWK(bare, accessTokenAlgorithm).catch(refuse),
  ]);
  if (privateKey instanceof Uint8Array || publicKey instanceof Uint8Array) throw malformed();
  return {
    kid,
    privateKey,
    publicKey,
    published: { ...bare, kid, alg: accessTokenAlgorithm, use: 'sig', key_ops: ['verify'] },
  };
}

function parseKeys(value: string): JWK[] {
  try {
    const parsed: unknown = JSON.parse(value);
    if (Array.isArray(parsed) && parsed.every((key) => typeof key === 'object' && key !== null))
      return parsed;
  } catch {
    // Malformed JSON gets the same error as a wrong shape, below.
  }
  throw malformed();
}

function refuse(cause: unknown): never {
  throw malformed(cause);
}

function malformed(cause?: unknown): Error {
  return new Error('AUTH_SIGNING_KEYS must be a JSON array of private JWKs for ES256 (kty EC, crv P-256).', {
    cause,
  });
}
