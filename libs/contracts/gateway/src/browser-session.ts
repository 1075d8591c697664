import { anyone, data, defineRoute, empty, field, strictObject } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { heldPermissions, role, tier } from './account.ts';

export const BrowserSession = Type.Object(
  {
    user: Type.Object(
      {
        id: field.uuid('Id of the user.'),
        email: Type.String({ description: 'E-mail address.' }),
        tier,
        role,
        permissions: heldPermissions,
      },
      { description: 'Who is logged in.' },
    ),
    csrfToken: Type.String({
      description: 'To be sent as x-csrf-token with every request of the session that is no GET or HEAD.',
    }),
    expiresAt: field.timestamp('When the session ends at the latest.'),
  },
  { title: 'BrowserSession', description: 'A session that a cookie stands for.' },
);
export type BrowserSession = Static<typeof BrowserSession>;

export const openBrowserSession = defineRoute({
  id: 'session.open',
  method: 'POST',
  path: '/auth/session',
  summary: 'Log a browser in',
  description:
    'Sets the session cookie, which scripts cannot read. A session that the browser had before is ended.',
  auth: anyone,
  body: strictObject(
    {
      email: Type.String({ format: 'email', maxLength: 255, description: 'E-mail address.' }),
      password: Type.String({ minLength: 1, maxLength: 256, description: 'Password.' }),
    },
    { title: 'OpenSessionRequest', description: 'Credentials.' },
  ),
  status: 201,
  reply: data(BrowserSession),
  errors: ['UNAUTHENTICATED', 'DEPENDENCY_UNAVAILABLE', 'OVERLOADED'],
});

export const getBrowserSession = defineRoute({
  id: 'session.get',
  method: 'GET',
  path: '/auth/session',
  summary: 'Who is logged in',
  description: 'The session of the cookie, with its CSRF token.',
  auth: anyone,
  reply: data(BrowserSession),
  errors: ['UNAUTHENTICATED', 'DEPENDENCY_UNAVAILABLE'],
});

export const closeBrowserSession = defineRoute({
  id: 'session.close',
  method: 'DELETE',
  path: '/auth/session',
  summary: 'Log a browser out',
  description:
    'Ends the session of the cookie, and removes the cookie; without a session there is nothing to do.',
  auth: anyone,
  status: 204,
  reply: empty,
  errors: ['CSRF_FAILED', 'DEPENDENCY_UNAVAILABLE'],
});
