import { type Role, type Tier, tiers } from '@valuecanvas/contracts-core';
import type { Roles } from '../roles/roles.ts';

/** Tier and role of a user. They are kept in `app_metadata`, which only the platform writes. */
export interface PlatformMetadata {
  readonly tier: Tier;
  readonly role: Role;
}

/** Tier and role from an `app_metadata`. A tier or role that does not exist counts as `free` or `user`. */
export function platformMetadataOf(appMetadata: unknown, roles: Roles): PlatformMetadata {
  const { tier, role } = (appMetadata ?? {}) as { tier?: unknown; role?: unknown };
  return {
    tier: tiers.find((known) => known === tier) ?? 'free',
    role: roles.isRole(role) ? role : 'user',
  };
}
