import { anyone, data, defineRoute, empty, field, strictObject } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { heldPermissions, role, tier } from './account.ts';

export const BrowserSession = Type.Object(
  {
    user: Type.Object(
      {
        id: field.uuid('ID of the user.'),
        email: Type.String({ description: 'E-mail address.' }),
        tier,
        role,
        permissions: heldPermissions,
      },
      { description: 'The user who is logged in.' },
    ),
    csrfToken: Type.String({
      description: 'Token to send as x-csrf-token with every request of the session other than GET and HEAD.',
    }),
    expiresAt: field.timestamp('Time at which the session ends at the latest.'),
  },
  { title: 'BrowserSession', description: 'A session identified by a cookie.' },
);
export type BrowserSession = Static<typeof BrowserSession>;

export const openBrowserSession = defineRoute({
  id: 'session.open',
  method: 'POST',
  path: '/auth/session',
  summary: 'Log a browser in',
  description:
    'Sets the session cookie, which scripts cannot read. Ends the previous session of the browser.',
  auth: anyone,
  body: strictObject(
    {
      email: Type.String({ format: 'email', maxLength: 255, description: 'E-mail address.' }),
      password: Type.String({ minLength: 1, maxLength: 256, description: 'Password.' }),
    },
    { title: 'OpenSessionRequest', description: 'Credentials.' },
  ),
  example: { email: 'demo@valuecanvas.local', password: 'demo-password' },
  status: 201,
  reply: data(BrowserSession),
  errors: ['UNAUTHENTICATED', 'DEPENDENCY_UNAVAILABLE', 'OVERLOADED'],
});

const SignUpResult = Type.Object(
  {
    session: Type.Optional(BrowserSession),
    confirmationNeeded: Type.Boolean({
      description:
        'True if the user must open the link in an e-mail before the first login. The response then has no session.',
    }),
  },
  {
    title: 'SignUpResult',
    description: 'A new account, with its session unless the address must be confirmed.',
  },
);

export const signUpBrowser = defineRoute({
  id: 'session.signUp',
  method: 'POST',
  path: '/auth/session/signup',
  summary: 'Sign a browser up',
  description:
    'Creates an account and sets the session cookie, which scripts cannot read. Fails with UNPROCESSABLE if the address already has an account or the password is too weak.',
  auth: anyone,
  body: strictObject(
    {
      email: Type.String({ format: 'email', maxLength: 255, description: 'E-mail address.' }),
      password: Type.String({ minLength: 8, maxLength: 256, description: 'Password.' }),
    },
    { title: 'SignUpRequest', description: 'Credentials of the new account.' },
  ),
  example: { email: 'new-browser@example.com', password: 'a-long-password' },
  status: 201,
  reply: data(SignUpResult),
  errors: ['UNPROCESSABLE', 'DEPENDENCY_UNAVAILABLE', 'OVERLOADED'],
});

export const getBrowserSession = defineRoute({
  id: 'session.get',
  method: 'GET',
  path: '/auth/session',
  summary: 'Get the browser session',
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
  description: 'Ends the session of the cookie and deletes the cookie. Succeeds if there is no session.',
  auth: anyone,
  status: 204,
  reply: empty,
  errors: ['CSRF_FAILED', 'DEPENDENCY_UNAVAILABLE'],
});
