import { ownDialect } from './dialect.ts';
import type { RouteDefinition } from './route.ts';

type Json = Record<string, unknown>;

/** Kinds of credentials that routes require. A session comes with a CSRF token. */
type CredentialKind = 'accessToken' | 'apiKey' | 'apiKeyHeader' | 'azureApiKey' | 'session' | 'csrfToken';

/** Form of each kind of credential, as a security scheme of OpenAPI. */
export type SecuritySchemes = Readonly<Record<CredentialKind, Readonly<Record<string, string>>>>;

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
      ? [
          { [dialect.apiKeyHeader === 'x-api-key' ? 'apiKeyHeader' : 'apiKey']: required },
          ...(dialect.hasAzureApiKey ? [{ azureApiKey: required }] : []),
        ]
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
