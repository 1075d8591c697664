/** Closed list of permissions, each with its description. Add new permissions here. */
export const permissionCatalogue = {
  llm: 'Call models and list them.',
  'flags:evaluate': 'Evaluate feature flags.',
  'prompts:read': 'Read and render released prompt versions.',
  'flags:read': 'Read the settings of feature flags.',
  'flags:write': 'Create, change and delete feature flags.',
  'prompts:write': 'Create prompt versions and read drafts.',
  'prompts:activate': 'Choose the active version of a prompt, and move its labels.',
  'prompts:protect': 'Protect labels of prompts, so that each move needs a second person.',
  'jobs:read': 'Read the jobs of all users.',
  'jobs:write': 'Cancel and redrive the jobs of all users, and change schedules.',
  'costs:read': 'Read the costs and cost alerts of the platform.',
  'alerts:acknowledge': 'Acknowledge alerts of the platform.',
  'notifications:read': 'Read the notifications of operators and their deliveries.',
  'notifications:write': 'Send notifications of operators again.',
  'llm:operate': 'Read the changes of circuit breakers, reset them, and clear the response cache.',
  'users:read': 'Read accounts with their tier, role and API keys.',
  'users:write':
    'Change the tier and role of accounts, revoke their API keys, make links that set new passwords, and delete accounts.',
  'audit:read': 'Read the audit log.',
} as const satisfies Readonly<Record<string, string>>;

export type Permission = keyof typeof permissionCatalogue;

/** Every permission, in the order of the catalogue. */
export const permissions: readonly Permission[] = Object.freeze(
  Object.keys(permissionCatalogue) as Permission[],
);

export function isPermission(value: unknown): value is Permission {
  return typeof value === 'string' && Object.hasOwn(permissionCatalogue, value);
}

export const builtInRoles = ['user', 'operator', 'admin'] as const;
export type BuiltInRole = (typeof builtInRoles)[number];

/** Name of a role, either built in or defined by the deployment. */
export type Role = string;

/** Pattern of role names. */
export const rolePattern = '^[a-z][a-z0-9_-]{0,31}$';

const userPermissions = ['llm', 'flags:evaluate', 'prompts:read'] as const satisfies readonly Permission[];

const operatorPermissions = [
  ...userPermissions,
  'flags:read',
  'flags:write',
  'prompts:write',
  'prompts:activate',
  'jobs:read',
  'jobs:write',
  'costs:read',
  'alerts:acknowledge',
  'notifications:read',
  'notifications:write',
  'llm:operate',
] as const satisfies readonly Permission[];

/** Permissions of the built-in roles. Every other role includes those of `user`. */
export const rolePermissions: Readonly<Record<BuiltInRole, readonly Permission[]>> = Object.freeze({
  user: Object.freeze(userPermissions),
  operator: Object.freeze(operatorPermissions),
  admin: permissions,
});

export function isBuiltInRole(role: Role): role is BuiltInRole {
  return Object.hasOwn(rolePermissions, role);
}

/** Returns the permissions of a set that the role `user` does not hold. */
export function elevatedPermissions(held: readonly Permission[]): readonly Permission[] {
  return held.filter((permission) => !rolePermissions.user.includes(permission));
}
