import {
  data,
  defineRoute,
  empty,
  field,
  scopes as knownScopes,
  list,
  strictObject,
  user,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

const name = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^(?=.*\\S)[^\\u0000-\\u001f\\u007f]+$',
  description: 'What the key is for, on one line.',
});

const scopes = Type.Array(Type.Enum(knownScopes), {
  minItems: 1,
  uniqueItems: true,
  description:
    'What programs with the key may do: llm calls models; flags:evaluate evaluates flags. Everything else is refused.',
});

const fields = {
  id: field.uuid('Id of the key.'),
  name,
  prefix: Type.String({ description: 'How the key begins: enough to know it again, not to use it.' }),
  scopes,
  expiresAt: Type.Optional(
    field.timestamp('From when on the key is refused; absent where it never expires.'),
  ),
  lastUsedAt: Type.Optional(field.timestamp('When the key was last used, to a minute or two.')),
  createdAt: field.timestamp('When the key was made.'),
};

export const ApiKey = Type.Object(fields, {
  title: 'ApiKey',
  description: 'An API key, without its secret.',
});
export type ApiKey = Static<typeof ApiKey>;

export const CreatedApiKey = Type.Object(
  {
    ...fields,
    key: Type.String({ description: 'The key itself: shown this once, and stored nowhere.' }),
  },
  { title: 'CreatedApiKey', description: 'A new API key, with its secret.' },
);
export type CreatedApiKey = Static<typeof CreatedApiKey>;

export const CreateApiKeyRequest = strictObject(
  {
    name,
    scopes,
    expiresAt: Type.Optional(
      field.timestamp('From when on the key is to be refused; must be in the future. Never where absent.'),
    ),
  },
  { title: 'CreateApiKeyRequest', description: 'A key to make.' },
);
export type CreateApiKeyRequest = Static<typeof CreateApiKeyRequest>;

export const listApiKeys = defineRoute({
  id: 'apiKeys.list',
  method: 'GET',
  path: '/api/keys',
  summary: 'List own API keys',
  description: 'The keys that are not revoked, expired ones included, newest first.',
  auth: user,
  query: Type.Object({
    cursor: Type.Optional(field.uuid('The nextCursor of the page before; absent for the first page.')),
    limit: field.pageLimit,
  }),
  reply: list(ApiKey),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

/**
 * Honours no idempotency key: the answer that would be stored for it holds the new key in clear, which is stored
 * nowhere. Whoever loses the answer revokes the key, whose name the list tells, and makes another.
 */
export const createApiKey = defineRoute({
  id: 'apiKeys.create',
  method: 'POST',
  path: '/api/keys',
  summary: 'Create an API key',
  description:
    'Shows the key this once. Programs send it as a bearer token or as x-api-key. Fails with UNPROCESSABLE where the user has too many.',
  auth: user,
  body: CreateApiKeyRequest,
  status: 201,
  reply: data(CreatedApiKey),
  errors: ['UNPROCESSABLE', 'NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const revokeApiKey = defineRoute({
  id: 'apiKeys.revoke',
  method: 'DELETE',
  path: '/api/keys/:id',
  summary: 'Revoke an API key',
  description: 'The key is refused everywhere within half a minute.',
  auth: user,
  params: Type.Object({ id: field.uuid('Id of the key.') }),
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
