import { ownDialect } from './dialect.ts';
import type { RouteDefinition } from './route.ts';

type Json = Record<string, unknown>;

/** The credentials that the platform accepts. */
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
    description: 'API key with the permission that the operation names, sent as OpenAI clients send theirs.',
  },
  apiKeyHeader: {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
    description: 'API key with the permission that the operation names, sent as OFREP clients send theirs.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-vc_session',
    description: 'Session of a browser, from /auth/session; on http://localhost the name is vc_session.',
  },
  csrfToken: {
    type: 'apiKey',
    in: 'header',
    name: 'x-csrf-token',
    description: 'CSRF token of the session. Required with every request that changes something.',
  },
};

/**
 * The alternative credentials of an operation. Each names the permission that it must carry, or `user` where any
 * signed-in user may call.
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

/** The permission of an operation as an extension of its document; nothing where it requires none. */
export function permissionOf({ auth }: RouteDefinition): Json {
  return auth.kind === 'permission' ? { 'x-permission': auth.permission } : {};
}

/** The description of an operation, which ends with the permission that it requires. */
export function descriptionOf({ auth, description }: RouteDefinition): string {
  return auth.kind === 'permission'
    ? `${description} Requires the permission \`${auth.permission}\`.`
    : description;
}
