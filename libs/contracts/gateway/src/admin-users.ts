import {
  data,
  defineRoute,
  field,
  list,
  listQuery,
  permission,
  strictObject,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { role, tier } from './account.ts';

export const PlatformUser = Type.Object(
  {
    id: field.uuid('ID of the user.'),
    email: Type.String({ description: 'E-mail address.' }),
    tier,
    role,
    createdAt: field.timestamp('Time at which the account was created.'),
    lastSignInAt: Type.Optional(field.timestamp('Time of the last sign-in.')),
  },
  { title: 'PlatformUser', description: 'A user with tier and role.' },
);
export type PlatformUser = Static<typeof PlatformUser>;

export const listUsers = defineRoute({
  id: 'admin.listUsers',
  method: 'GET',
  path: '/api/admin/users',
  summary: 'List users',
  description: 'All users, newest first, or the one with the given address.',
  auth: permission('users:read'),
  query: listQuery({
    email: Type.Optional(Type.String({ maxLength: 255, description: 'Exact e-mail address.' })),
  }),
  reply: list(PlatformUser),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const UpdateUserRequest = strictObject(
  { tier: Type.Optional(tier), role: Type.Optional(role) },
  { title: 'UpdateUserRequest', description: 'The fields to change.', minProperties: 1 },
);
export type UpdateUserRequest = Static<typeof UpdateUserRequest>;

export const updateUser = defineRoute({
  id: 'admin.updateUser',
  method: 'PUT',
  path: '/api/admin/users/:id',
  summary: 'Set tier and role of a user',
  description:
    'Takes effect with the next access token of the user, and for API keys within 30 s. A user who loses a permission is signed out. Fails with FORBIDDEN if the old or the new role holds a permission that the caller does not hold. Recorded in the audit log.',
  auth: permission('users:write'),
  params: Type.Object({ id: field.uuid('ID of the user.') }),
  body: UpdateUserRequest,
  example: { tier: 'enterprise' },
  reply: data(PlatformUser),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
