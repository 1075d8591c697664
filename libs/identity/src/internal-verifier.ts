import type { Principal, ServiceName } from '@valuecanvas/contracts-core';
import { type CryptoKey, decodeJwt, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { principalOf } from './internal-claims.ts';
import { internalTokenSeconds } from './internal-signer.ts';

/** The content of a verified internal token. */
export interface VerifiedIdentity {
  readonly issuer: ServiceName;
  readonly principal: Principal;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Returns undefined unless the token is unexpired, names exactly this service, and its issuer may act for its principal. */
export interface InternalVerifier {
  verify(token: string): Promise<VerifiedIdentity | undefined>;
  /** Returns the cached result synchronously. Undefined means not cached, not invalid. */
  known(token: string): VerifiedIdentity | undefined;
}

/** Tolerated clock difference between signer and verifier. */
const clockToleranceSeconds = 5;

/**
 * Creates a verifier of tokens for `audience`, each signed with its issuer's own key. `issuers` may act for any
 * principal, `speakers` only for themselves.
 */
export function createInternalVerifier(options: {
  readonly audience: ServiceName;
  readonly issuers: readonly ServiceName[];
  readonly speakers?: readonly ServiceName[];
  readonly keys: ReadonlyMap<ServiceName, CryptoKey>;
  readonly now?: () => number;
}): InternalVerifier {
  const now = options.now ?? Date.now;
  const { audience, issuers, speakers = [], keys } = options;
  const verified = new LRUCache<string, VerifiedIdentity>({ max: 20_000 });

  const known = (token: string): VerifiedIdentity | undefined => {
    const identity = verified.get(token);
    if (!identity || identity.expiresAt > now()) return identity;
    verified.delete(token);
    return undefined;
  };

  const check = async (token: string): Promise<VerifiedIdentity | undefined> => {
    const claimed = claimedIssuer(token);
    const issuer = [...issuers, ...speakers].find((name) => name === claimed);
    const key = issuer && keys.get(issuer);
    if (!issuer || !key) return undefined;
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      typ: 'vc-internal+jwt',
      issuer,
      audience,
      requiredClaims: ['exp', 'iat'],
      maxTokenAge: internalTokenSeconds,
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(now()),
    });
    const principal = principalOf(payload, issuer);
    const expiresAt = expiryOf(payload);
    // jose accepts a token with several audiences, and applies the clock tolerance to expired tokens too.
    if (!principal || payload.aud !== audience || expiresAt <= now()) return undefined;
    return issuers.includes(issuer) || principal.kind === 'service'
      ? { issuer, principal, expiresAt }
      : undefined;
  };

  return {
    known,
    async verify(token) {
      const cached = known(token);
      if (cached) return cached;
      const identity = await check(token).catch(() => undefined);
      if (identity) verified.set(token, identity);
      return identity;
    },
  };
}

/** Caps the lifetime that a token claims. */
function expiryOf({ exp = 0, iat = 0 }: JWTPayload): number {
  return Math.min(exp, iat + internalTokenSeconds) * 1000;
}

function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
