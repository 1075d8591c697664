import { ownDialect } from './dialect.ts';
import type { RouteDefinition } from './route.ts';

type Json = Record<string, unknown>;

/** Credentials that the platform accepts. */
export const securitySchemes: Json = {
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Access token of a signed-in user, from /auth/v1/token.',
  },
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'API key with the permission that the operation requires, in the header of OpenAI clients.',
  },
  apiKeyHeader: {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
    description: 'API key with the permission that the operation requires, in the header of OFREP clients.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-vc_session',
    description: 'Browser session, from /auth/session. On http://localhost the cookie is named vc_session.',
  },
  csrfToken: {
    type: 'apiKey',
    in: 'header',
    name: 'x-csrf-token',
    description: 'CSRF token of the session. Required on every request that changes data.',
  },
};

/**
 * Returns the alternative credentials of an operation, each with the permission that it must have, or `user` if any
 * signed-in user may call the operation.
 */
export function securityOf({ auth, method, dialect = ownDialect }: RouteDefinition): Json[] {
  if (auth.kind === 'anyone') return [];
  const required = [auth.kind === 'permission' ? auth.permission : auth.kind];
  const safe = method === 'GET' || dialect.isSafe;
  const session = dialect.hasCookies ? [{ session: required, ...(safe ? {} : { csrfToken: [] }) }] : [];
  return [
    { accessToken: required },
    ...session,
    ...(auth.kind === 'permission'
      ? [{ [dialect.apiKeyHeader === 'x-api-key' ? 'apiKeyHeader' : 'apiKey']: required }]
      : []),
  ];
}

/** Returns the required permission of an operation as an OpenAPI extension, if it has one. */
export function permissionOf({ auth }: RouteDefinition): Json {
  return auth.kind === 'permission' ? { 'x-permission': auth.permission } : {};
}

/** Returns the description of an operation, with the permission that it requires at the end. */
export function descriptionOf({ auth, description }: RouteDefinition): string {
  return auth.kind === 'permission'
    ? `${description} Requires the permission \`${auth.permission}\`.`
    : description;
}
