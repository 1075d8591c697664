import { type Role, type Tier, tiers } from '@valuecanvas/contracts-core';
import type { Roles } from '../roles/roles.ts';

/** Tier and role of a user, stored in `app_metadata`, which only the platform writes. */
export interface PlatformMetadata {
  readonly tier: Tier;
  readonly role: Role;
}

/** Reads tier and role from `app_metadata`. An unknown tier counts as `free`, an unknown role as `user`. */
export function platformMetadataOf(appMetadata: unknown, roles: Roles): PlatformMetadata {
  const { tier, role } = (appMetadata ?? {}) as { tier?: unknown; role?: unknown };
  return {
    tier: tiers.find((known) => known === tier) ?? 'free',
    role: roles.isRole(role) ? role : 'user',
  };
}
