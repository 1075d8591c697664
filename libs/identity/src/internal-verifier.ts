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

/** Returns undefined for anything but a fresh token from an allowed issuer for this very service. */
export interface InternalVerifier {
  verify(token: string): Promise<VerifiedIdentity | undefined>;
  /** The cached result, without waiting; undefined says nothing about validity. */
  known(token: string): VerifiedIdentity | undefined;
}

/** Seconds by which clocks of two machines may differ. */
const clockToleranceSeconds = 5;

/** Accepts tokens for `audience` signed by one of `issuers`, each with its own key. */
export function createInternalVerifier(options: {
  readonly audience: ServiceName;
  readonly issuers: readonly ServiceName[];
  readonly keys: ReadonlyMap<ServiceName, CryptoKey>;
  readonly now?: () => number;
}): InternalVerifier {
  const now = options.now ?? Date.now;
  const verified = new LRUCache<string, VerifiedIdentity>({ max: 20_000 });

  const known = (token: string): VerifiedIdentity | undefined => {
    const identity = verified.get(token);
    if (!identity || identity.expiresAt > now()) return identity;
    verified.delete(token);
    return undefined;
  };

  const check = async (token: string): Promise<VerifiedIdentity | undefined> => {
    const issuer = options.issuers.find((name) => name === claimedIssuer(token));
    const key = issuer && options.keys.get(issuer);
    if (!issuer || !key) return undefined;
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      typ: 'vc-internal+jwt',
      issuer,
      audience: options.audience,
      requiredClaims: ['exp', 'iat'],
      maxTokenAge: internalTokenSeconds,
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(now()),
    });
    const principal = principalOf(payload, issuer);
    return principal && { issuer, principal, expiresAt: expiryOf(payload) };
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
