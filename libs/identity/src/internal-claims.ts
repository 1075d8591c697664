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
 * Converts a principal to the claims of an internal token. The inverse of `principalOf`. The claim `prm` lists the
 * permissions of a user, and `scp` those of an API key. Services of the previous release understand `scp` only.
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

/** Returns undefined if the claims are invalid, or name a service other than the verified `issuer`. */
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

/** Returns undefined if the claims mix those of a user with those of an API key. */
function permissionsOf({ prm, scp, key }: JWTPayload, role: string): readonly Permission[] | undefined {
  if ((scp === undefined) !== (key === undefined) || (scp !== undefined && prm !== undefined))
    return undefined;
  const named = scp ?? prm;
  // A gateway of an earlier release signs only the role, and has only built-in roles.
  if (named === undefined) return isBuiltInRole(role) ? rolePermissions[role] : undefined;
  // A gateway of a later release may send permissions that this release does not know and no route requires.
  return Array.isArray(named) ? named.filter(isPermission) : undefined;
}

function isTier(value: unknown): value is Tier {
  return (tiers as readonly unknown[]).includes(value);
}
