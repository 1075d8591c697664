import {
  data,
  defineRoute,
  empty,
  field,
  permissions as knownPermissions,
  list,
  listQuery,
  strictObject,
  user,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

const name = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^(?=.*\\S)[^\\u0000-\\u001f\\u007f]+$',
  description: 'Purpose of the key, on one line.',
});

/** Largest number of days between the creation and the expiry of a key with permissions beyond the role `user`. */
export const elevatedKeyMaxDays = 365;

const scopes = Type.Array(Type.Enum(knownPermissions), {
  minItems: 1,
  uniqueItems: true,
  description:
    'Permissions granted to the key. On each call, only those that the role of its user still holds are in force.',
});

const fields = {
  id: field.uuid('ID of the key.'),
  name,
  prefix: Type.String({
    description: 'First characters of the key. They identify it and cannot be used in its place.',
  }),
  scopes,
  expiresAt: Type.Optional(
    field.timestamp('Time from which the key is refused. Absent if it never expires.'),
  ),
  lastUsedAt: Type.Optional(field.timestamp('Time of the last use, accurate to about a minute.')),
  createdAt: field.timestamp('Time at which the key was created.'),
};

export const ApiKey = Type.Object(fields, {
  title: 'ApiKey',
  description: 'An API key, without its secret.',
});
export type ApiKey = Static<typeof ApiKey>;

export const CreatedApiKey = Type.Object(
  {
    ...fields,
    key: Type.String({
      description:
        'The key itself. It is shown only once. A retry with the same idempotency key gets the same answer for 24 hours.',
    }),
  },
  { title: 'CreatedApiKey', description: 'A new API key, with its secret.' },
);
export type CreatedApiKey = Static<typeof CreatedApiKey>;

export const CreateApiKeyRequest = strictObject(
  {
    name,
    scopes,
    expiresAt: Type.Optional(
      field.timestamp(
        `Time from which the key is refused; must be in the future. If absent, the key never expires. Required, and at most ${elevatedKeyMaxDays} days away, for scopes beyond the role \`user\`.`,
      ),
    ),
  },
  { title: 'CreateApiKeyRequest', description: 'An API key to create.' },
);
export type CreateApiKeyRequest = Static<typeof CreateApiKeyRequest>;

export const listApiKeys = defineRoute({
  id: 'apiKeys.list',
  method: 'GET',
  path: '/api/keys',
  summary: 'List own API keys',
  description: 'Keys that are not revoked, including expired ones, newest first.',
  auth: user,
  query: listQuery(),
  reply: list(ApiKey),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const createApiKey = defineRoute({
  id: 'apiKeys.create',
  method: 'POST',
  path: '/api/keys',
  summary: 'Create an API key',
  description:
    'The response contains the key, which is shown only once. Programs send it as a bearer token or in x-api-key, and on /v1 also in api-key. Fails with UNPROCESSABLE if the user has too many keys, and with FORBIDDEN if a scope is a permission that the user does not hold.',
  auth: user,
  body: CreateApiKeyRequest,
  example: { name: 'Report script', scopes: ['llm'] },
  idempotent: true,
  status: 201,
  reply: data(CreatedApiKey),
  errors: ['UNPROCESSABLE', 'NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const revokeApiKey = defineRoute({
  id: 'apiKeys.revoke',
  method: 'DELETE',
  path: '/api/keys/:id',
  summary: 'Revoke an API key',
  description: 'The key is refused everywhere within 30 s.',
  auth: user,
  params: Type.Object({ id: field.uuid('ID of the key.') }),
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
