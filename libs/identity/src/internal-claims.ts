import {
  anonymous,
  isBuiltInRole,
  isPermission,
  type Permission,
  type Principal,
  rolePermissions,
  type ServiceName,
  type Tier,
  tiers,
} from '@valuecanvas/contracts-core';
import type { JWTPayload } from 'jose';

/**
 * Converts a principal to the claims of an internal token; the inverse of `principalOf`. Permissions are `prm` for a user and
 * `scp` for an API key, which a service of an earlier release takes for the only ones that the key has.
 */
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
        ...(principal.apiKeyId === undefined
          ? { prm: principal.permissions }
          : { scp: principal.permissions, key: principal.apiKeyId }),
      };
  }
}

/** Undefined where the claims describe no principal, or a service other than `issuer`, which was verified. */
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
  const { sub, tier, role, sid, key } = claims;
  if (typeof sub !== 'string' || !isTier(tier) || typeof role !== 'string') return undefined;
  const permissions = permissionsOf(claims, role);
  if (!permissions) return undefined;
  return {
    kind: 'user',
    userId: sub,
    tier,
    role,
    permissions,
    ...(typeof sid === 'string' ? { sessionId: sid } : {}),
    ...(typeof key === 'string' ? { apiKeyId: key } : {}),
  };
}

/** Undefined where the claims do not say whether they are those of a user or of an API key. */
function permissionsOf({ prm, scp, key }: JWTPayload, role: string): readonly Permission[] | undefined {
  if ((scp === undefined) !== (key === undefined) || (scp !== undefined && prm !== undefined))
    return undefined;
  const named = scp ?? prm;
  // A gateway of an earlier release signs the role alone, and knows none but built-in ones.
  if (named === undefined) return isBuiltInRole(role) ? rolePermissions[role] : undefined;
  // A gateway of a later release may know more permissions, which no route of this service requires.
  return Array.isArray(named) ? named.filter(isPermission) : undefined;
}

function isTier(value: unknown): value is Tier {
  return (tiers as readonly unknown[]).includes(value);
}
