import type { Principal, ServiceName } from '@valuecanvas/contracts-core';
import { type CryptoKey, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { claimsOf } from './internal-claims.ts';

/** Lifetime of an internal token. */
export const internalTokenSeconds = 60;

/** A signed token is reused for this long, so that its receiver can still use it for at least 30 s. */
const reuseMs = 30_000;

/** Signs tokens that name a request's principal to another service. */
export type InternalSigner = (audience: ServiceName, principal: Principal) => Promise<string>;

/** Creates a signer for `issuer`. Tokens are cached per principal and audience, so a warm request does no cryptography. */
export function createInternalSigner(options: {
  readonly issuer: ServiceName;
  readonly key: CryptoKey;
  readonly now?: () => number;
}): InternalSigner {
  const now = options.now ?? Date.now;
  const recent = new LRUCache<string, { readonly token: Promise<string>; readonly until: number }>({
    max: 10_000,
  });

  const sign = (audience: ServiceName, principal: Principal): Promise<string> => {
    const issuedAt = Math.floor(now() / 1000);
    return new SignJWT(claimsOf(principal))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'vc-internal+jwt' })
      .setIssuer(options.issuer)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + internalTokenSeconds)
      .sign(options.key);
  };

  return (audience, principal) => {
    const cacheKey = keyOf(audience, principal);
    const known = recent.get(cacheKey);
    if (known && known.until > now()) return known.token;
    const token = sign(audience, principal);
    recent.set(cacheKey, { token, until: now() + reuseMs });
    return token;
  };
}

function keyOf(audience: ServiceName, principal: Principal): string {
  switch (principal.kind) {
    case 'anonymous':
      return audience;
    case 'service':
      return `${audience} ${principal.service}`;
    case 'user': {
      const { userId, tier, role, permissions, sessionId = '', apiKeyId = '' } = principal;
      return `${audience} ${userId} ${tier} ${role} ${sessionId} ${apiKeyId} ${permissions.join()}`;
    }
  }
}
