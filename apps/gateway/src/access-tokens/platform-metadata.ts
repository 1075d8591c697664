import { type Role, roles, type Tier, tiers } from '@valuecanvas/contracts-core';

/** What the platform itself says of a user; kept in `app_metadata`, which only the platform writes. */
export interface PlatformMetadata {
  readonly tier: Tier;
  readonly role: Role;
}

/** Tier and role from an `app_metadata`; the least of both where it names none that is known. */
export function platformMetadataOf(appMetadata: unknown): PlatformMetadata {
  const { tier, role } = (appMetadata ?? {}) as { tier?: unknown; role?: unknown };
  return {
    tier: tiers.find((known) => known === tier) ?? 'free',
    role: roles.find((known) => known === role) ?? 'user',
  };
}
