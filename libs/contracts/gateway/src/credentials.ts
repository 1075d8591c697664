import type { SecuritySchemes } from '@valuecanvas/contracts-core';

/** Names of the session cookie. Browsers accept the prefix `__Host-` only from an encrypted origin. */
export const sessionCookieNames = { secure: '__Host-vc_session', local: 'vc_session' } as const;

/** Header in which a browser sends the CSRF token of its session. */
export const csrfTokenHeader = 'x-csrf-token';

/** Credentials that the gateway accepts, for the routes of all services. */
export const securitySchemes: SecuritySchemes = {
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
  azureApiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'Api-Key',
    description:
      'API key with the permission that the operation requires, in the header of Azure OpenAI clients.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookieNames.secure,
    description: `Browser session, from /auth/session. On http://localhost the cookie is named ${sessionCookieNames.local}.`,
  },
  csrfToken: {
    type: 'apiKey',
    in: 'header',
    name: csrfTokenHeader,
    description: 'CSRF token of the session. Required on every request that changes data.',
  },
};
