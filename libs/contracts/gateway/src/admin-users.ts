import {
  admin,
  data,
  defineRoute,
  field,
  list,
  roles,
  strictObject,
  tiers,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

const tier = Type.Enum(tiers, { description: 'Tier: decides limits and budgets.' });
const role = Type.Enum(roles, { description: 'What the user may do.' });

export const PlatformUser = Type.Object(
  {
    id: field.uuid('Id of the user.'),
    email: Type.String({ description: 'E-mail address.' }),
    tier,
    role,
    createdAt: field.timestamp('When the account was made.'),
    lastSignInAt: Type.Optional(field.timestamp('When the user last logged in.')),
  },
  { title: 'PlatformUser', description: 'A user, as admins see it.' },
);
export type PlatformUser = Static<typeof PlatformUser>;

export const listUsers = defineRoute({
  id: 'admin.listUsers',
  method: 'GET',
  path: '/api/admin/users',
  summary: 'List users',
  description: 'All users, newest first, or the one with an address.',
  auth: admin,
  query: Type.Object({
    email: Type.Optional(Type.String({ maxLength: 255, description: 'Exact e-mail address.' })),
    cursor: field.cursor,
    limit: field.pageLimit,
  }),
  reply: list(PlatformUser),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const UpdateUserRequest = strictObject(
  { tier: Type.Optional(tier), role: Type.Optional(role) },
  { title: 'UpdateUserRequest', description: 'What to change.', minProperties: 1 },
);
export type UpdateUserRequest = Static<typeof UpdateUserRequest>;

export const updateUser = defineRoute({
  id: 'admin.updateUser',
  method: 'PUT',
  path: '/api/admin/users/:id',
  summary: 'Set tier and role of a user',
  description: 'Takes effect with the next access token of the user. Recorded in the audit log.',
  auth: admin,
  params: Type.Object({ id: field.uuid('Id of the user.') }),
  body: UpdateUserRequest,
  reply: data(PlatformUser),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
