import type { RouteDefinition } from './route.ts';

type Json = Record<string, unknown>;

/** How a caller can say who it is. */
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
    description: 'API key with the scope that the operation names, sent as OpenAI clients send theirs.',
  },
  apiKeyHeader: {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
    description: 'API key with the scope that the operation names, sent as OFREP clients send theirs.',
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
    description: 'CSRF token of the session, which has to come with whatever changes something.',
  },
};

/** The ways in which an operation lets a caller say who it is; any one of them is enough. */
export function securityOf({ auth, method, dialect }: RouteDefinition): Json[] {
  if (auth.kind === 'anyone') return [];
  const roles = [auth.kind];
  const scope = auth.kind === 'user' ? auth.scope : undefined;
  const safe = method === 'GET';
  // Supabase's protocol knows no cookies.
  const session = dialect === 'supabase' ? [] : [{ session: roles, ...(safe ? {} : { csrfToken: [] }) }];
  return [
    { accessToken: roles },
    ...session,
    ...(scope ? [{ [dialect === 'ofrep' ? 'apiKeyHeader' : 'apiKey']: [scope] }] : []),
  ];
}
