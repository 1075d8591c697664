import {
  builtInRoles,
  isBuiltInRole,
  isPermission,
  type Permission,
  permissions,
  type Role,
  rolePattern,
  rolePermissions,
  type Tier,
  tiers,
} from '@valuecanvas/contracts-core';
import { ConfigError } from '@valuecanvas/service-kit';

/** The roles of a deployment: the built-in roles and those defined in the variable ROLES. */
export interface Roles {
  /** The names of all roles, built-in ones first. */
  readonly names: readonly Role[];
  isRole(value: unknown): value is Role;
  /** Returns the permissions of a role, always the same array for the same role. */
  permissionsOf(role: Role): readonly Permission[];
}

/**
 * Parses the variable ROLES, a JSON object that maps role names to permissions. Defined roles also hold the permissions
 * of `user`. Throws ConfigError with all faults.
 */
export function readRoles(json = '{}'): Roles {
  const defined = parseRoles(json);
  const faults = defined.flatMap(([name, held]) => roleFaults(name, held));
  if (faults.length > 0) throw new ConfigError(faults);
  const all = new Map<Role, readonly Permission[]>(Object.entries(rolePermissions));
  for (const [name, held] of defined) all.set(name, withUserPermissions(held as readonly Permission[]));
  return {
    names: [...all.keys()],
    isRole: (value): value is Role => typeof value === 'string' && all.has(value),
    permissionsOf: (role) => all.get(role) ?? rolePermissions.user,
  };
}

function parseRoles(json: string): [string, unknown][] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new ConfigError([`ROLES is not JSON: ${(error as Error).message}.`]);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw new ConfigError(['ROLES must be a JSON object of role name to an array of permissions.']);
}

function roleFaults(name: string, held: unknown): string[] {
  if (!new RegExp(rolePattern).test(name)) return [`ROLES.${name}: the name must match ${rolePattern}.`];
  if (isBuiltInRole(name)) {
    return [`ROLES.${name}: the built-in roles ${builtInRoles.join(', ')} cannot be redefined.`];
  }
  if (!Array.isArray(held)) return [`ROLES.${name} must be an array of permissions.`];
  return held
    .filter((permission) => !isPermission(permission))
    .map((unknown) => `ROLES.${name}: ${JSON.stringify(unknown)} is not one of ${permissions.join(', ')}.`);
}

/** Returns the permissions in the order of the catalogue. */
function withUserPermissions(held: readonly Permission[]): readonly Permission[] {
  const all = new Set<Permission>([...rolePermissions.user, ...held]);
  return Object.freeze(permissions.filter((permission) => all.has(permission)));
}

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
