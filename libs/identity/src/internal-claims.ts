import {
  anonymous,
  type Principal,
  type Role,
  roles,
  type Scope,
  type ServiceName,
  scopes,
  type Tier,
  tiers,
} from '@valuecanvas/contracts-core';
import type { JWTPayload } from 'jose';

/** A principal as claims of an internal token; the counterpart of `principalOf`. */
export function claimsOf(principal: Principal): JWTPayload {
  switch (principal.kind) {
    case 'anonymous':
      return { kind: 'anonymous' };
    case 'service':
      return { kind: 'service', sub: principal.service };
    case 'user':
      return {
        kind: 'user',
        sub: principal.userId,
        tier: principal.tier,
        role: principal.role,
        ...(principal.sessionId === undefined ? {} : { sid: principal.sessionId }),
        ...(principal.scopes === undefined ? {} : { scp: principal.scopes }),
      };
  }
}

/** Undefined where the claims do not describe a principal, or another service than `issuer`, the verified one. */
export function principalOf(claims: JWTPayload, issuer: ServiceName): Principal | undefined {
  switch (claims.kind) {
    case 'anonymous':
      return anonymous;
    case 'service':
      return claims.sub === issuer ? { kind: 'service', service: issuer } : undefined;
    case 'user':
      return userOf(claims);
    default:
      return undefined;
  }
}

function userOf(claims: JWTPayload): Principal | undefined {
  const { sub, tier, role, sid, scp } = claims;
  if (typeof sub !== 'string' || !isOneOf<Tier>(tiers, tier) || !isOneOf<Role>(roles, role)) return undefined;
  if (scp !== undefined && !(Array.isArray(scp) && scp.every((scope) => isOneOf<Scope>(scopes, scope)))) {
    return undefined;
  }
  return {
    kind: 'user',
    userId: sub,
    tier,
    role,
    ...(typeof sid === 'string' ? { sessionId: sid } : {}),
    ...(scp === undefined ? {} : { scopes: scp }),
  };
}

function isOneOf<T extends string>(known: readonly T[], value: unknown): value is T {
  return (known as readonly unknown[]).includes(value);
}
