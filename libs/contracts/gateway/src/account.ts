import { permissions as knownPermissions, rolePattern, tiers } from '@valuecanvas/contracts-core';
import Type from 'typebox';

/** The tier of an account. */
export const tier = Type.Enum(tiers, { description: 'Tier of the user. It selects limits and budgets.' });

/** The role of an account. Roles that a deployment defines are unknown here, so any well-formed name is valid. */
export const role = Type.String({
  pattern: rolePattern,
  description: 'Role of the user: `user`, `operator`, `admin`, or one that the deployment defines in ROLES.',
});

/** The permissions that a role holds. */
export const heldPermissions = Type.Array(Type.Enum(knownPermissions), {
  description: 'Permissions that the role of the user holds.',
});
