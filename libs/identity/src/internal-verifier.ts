import type { Principal, ServiceName } from '@valuecanvas/contracts-core';
import { type CryptoKey, decodeJwt, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { principalOf } from './internal-claims.ts';
import { internalTokenSeconds } from './internal-signer.ts';

/** What a verified internal token says. */
export interface VerifiedIdentity {
  readonly issuer: ServiceName;
  readonly principal: Principal;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Returns undefined for anything but a fresh token for this very service, by one who may say what it says. */
export interface InternalVerifier {
  verify(token: string): Promise<VerifiedIdentity | undefined>;
  /** The cached result, without waiting; undefined says nothing about validity. */
  known(token: string): VerifiedIdentity | undefined;
}

/** Seconds by which a signer's clock may be ahead of ours. */
const clockToleranceSeconds = 5;

/**
 * Accepts tokens for `audience`, each signed with its issuer's own key: of `issuers` whoever they vouch for, of
 * `speakers` only that they are themselves.
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
    // jose is content with one audience of many, and forgives a late token what it forgives an early one.
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

/** Whatever a token claims, nobody is vouched for longer than this. */
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
