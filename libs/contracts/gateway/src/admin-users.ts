import {
  data,
  defineRoute,
  empty,
  field,
  list,
  listQuery,
  permission,
  strictObject,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { role, tier } from './account.ts';
import { ApiKey } from './api-keys.ts';

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

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

export const listUsers = defineRoute({
  id: 'admin.listUsers',
  method: 'GET',
  path: '/api/admin/users',
  summary: 'List users',
  description: 'Users that match all given filters, newest first.',
  auth: permission('users:read'),
  query: listQuery({
    ids: Type.Optional(
      Type.String({
        pattern: `^${uuid}(?:,${uuid}){0,99}$`,
        description: 'IDs of users, at most 100, separated by commas.',
      }),
    ),
    email: Type.Optional(Type.String({ maxLength: 255, description: 'Exact e-mail address, in any case.' })),
    search: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'Part of the e-mail address, in any case.' }),
    ),
    tier: Type.Optional(tier),
    role: Type.Optional(role),
  }),
  reply: list(PlatformUser),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const userId = field.uuid('ID of the user.');

export const getUser = defineRoute({
  id: 'admin.getUser',
  method: 'GET',
  path: '/api/admin/users/:id',
  summary: 'Get a user',
  description: 'One user with tier and role.',
  auth: permission('users:read'),
  params: Type.Object({ id: userId }),
  reply: data(PlatformUser),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const listUserApiKeys = defineRoute({
  id: 'admin.listUserApiKeys',
  method: 'GET',
  path: '/api/admin/users/:id/keys',
  summary: 'List the API keys of a user',
  description: 'Keys of the user that are not revoked, including expired ones, newest first.',
  auth: permission('users:read'),
  params: Type.Object({ id: userId }),
  query: listQuery(),
  reply: list(ApiKey),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const revokeUserApiKey = defineRoute({
  id: 'admin.revokeUserApiKey',
  method: 'DELETE',
  path: '/api/admin/users/:id/keys/:keyId',
  summary: 'Revoke an API key of a user',
  description:
    'The key is refused everywhere within 30 s. Fails with FORBIDDEN if the role of the user holds a permission that the caller does not hold. Recorded in the audit log.',
  auth: permission('users:write'),
  params: Type.Object({ id: userId, keyId: field.uuid('ID of the key.') }),
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
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
  params: Type.Object({ id: userId }),
  body: UpdateUserRequest,
  example: { tier: 'enterprise' },
  reply: data(PlatformUser),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
