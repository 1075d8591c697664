import { anyone, defineRoute, empty, raw, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { supabaseAuth } from './supabase-auth.ts';

const email = Type.String({ format: 'email', maxLength: 255, description: 'E-mail address.' });
const password = Type.String({ minLength: 1, maxLength: 256, description: 'Password.' });
const metadata = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description });

export const AuthUser = Type.Object(
  {
    id: Type.String({ format: 'uuid', description: 'ID of the user.' }),
    aud: Type.String({ description: 'Audience of the user’s access tokens.' }),
    role: Type.String({
      description: 'Database role in the access tokens. It is unrelated to the permissions of the user.',
    }),
    email: Type.String({ description: 'E-mail address.' }),
    phone: Type.String({ description: 'Always empty.' }),
    email_confirmed_at: Type.Optional(
      Type.String({ description: 'Time at which the address was confirmed.' }),
    ),
    confirmed_at: Type.Optional(Type.String({ description: 'Time at which the account was confirmed.' })),
    last_sign_in_at: Type.Optional(Type.String({ description: 'Time of the last login.' })),
    app_metadata: metadata('Metadata set by the platform: tier and role.'),
    user_metadata: metadata('Metadata set by the user. It has no effect on authorization.'),
    identities: Type.Array(Type.Unknown(), { description: 'The single e-mail identity of the user.' }),
    created_at: Type.String({ description: 'Time at which the account was created.' }),
    updated_at: Type.String({ description: 'Time of the last change.' }),
    is_anonymous: Type.Boolean({ description: 'Always false.' }),
  },
  { title: 'AuthUser', description: 'A user in the format of Supabase Auth.' },
);
export type AuthUser = Static<typeof AuthUser>;

export const AuthSession = Type.Object(
  {
    access_token: Type.String({ description: 'Token for the authorization header.' }),
    token_type: Type.Literal('bearer', { description: 'Always bearer.' }),
    expires_in: Type.Integer({ description: 'Lifetime of the access token in seconds.' }),
    expires_at: Type.Integer({
      description: 'Time at which the access token expires, in seconds since the epoch.',
    }),
    refresh_token: Type.String({
      description: 'Token for refreshing the session. Each refresh returns the next one.',
    }),
    user: AuthUser,
  },
  { title: 'AuthSession', description: 'A session in the format of Supabase Auth.' },
);
export type AuthSession = Static<typeof AuthSession>;

/** Official clients send additional fields (captcha, PKCE). Unknown fields are accepted and ignored. */
export const signUp = defineRoute({
  id: 'auth.signUp',
  method: 'POST',
  path: '/auth/v1/signup',
  summary: 'Sign up',
  description:
    'Creates an account and opens a session, in the protocol of Supabase Auth. Fails with UNPROCESSABLE if the address already has an account or the password is shorter than 8 characters. data must not exceed 4096 bytes as JSON.',
  auth: anyone,
  dialect: supabaseAuth,
  body: Type.Object(
    {
      email,
      password,
      data: Type.Optional(metadata('Metadata of the user.')),
    },
    { additionalProperties: true, description: 'Credentials of the new account.' },
  ),
  example: { email: 'newcomer@example.com', password: 'a-long-password' },
  reply: raw(AuthSession),
  errors: ['UNPROCESSABLE', 'DEPENDENCY_UNAVAILABLE', 'OVERLOADED'],
});

export const issueToken = defineRoute({
  id: 'auth.issueToken',
  method: 'POST',
  path: '/auth/v1/token',
  summary: 'Log in or refresh a session',
  description:
    'Requires email and password for grant_type=password, and a refresh token for grant_type=refresh_token. Wrong credentials are answered with status 400, as in Supabase Auth. A refresh whose response was lost can be repeated: it returns the same refresh token until that token is used.',
  auth: anyone,
  dialect: supabaseAuth,
  query: Type.Object({
    grant_type: Type.String({
      maxLength: 64,
      description: 'Kind of credential: password or refresh_token.',
      examples: ['password'],
    }),
  }),
  body: Type.Object(
    {
      email: Type.Optional(email),
      password: Type.Optional(password),
      refresh_token: Type.Optional(
        Type.String({ maxLength: 512, description: 'Latest refresh token of the session.' }),
      ),
    },
    { additionalProperties: true, description: 'Credentials or refresh token.' },
  ),
  example: { email: 'demo@valuecanvas.local', password: 'demo-password' },
  reply: raw(AuthSession),
  errors: ['DEPENDENCY_UNAVAILABLE', 'OVERLOADED'],
});

export const recover = defineRoute({
  id: 'auth.recover',
  method: 'POST',
  path: '/auth/v1/recover',
  summary: 'Send a link that sets a new password',
  description:
    'Sends a mail with a link to the account with this address, if there is one, in the protocol of Supabase Auth. The response and its time are the same for every address. An account gets at most 5 mails within an hour. Fails with UNPROCESSABLE if the platform sends no mail.',
  auth: anyone,
  dialect: supabaseAuth,
  body: Type.Object({ email }, { additionalProperties: true, description: 'Address of the account.' }),
  example: { email: 'demo@valuecanvas.local' },
  reply: raw(Type.Object({}, { description: 'Always empty.' })),
  errors: ['UNPROCESSABLE'],
});

export const getAuthUser = defineRoute({
  id: 'auth.getUser',
  method: 'GET',
  path: '/auth/v1/user',
  summary: 'Get the current user',
  description: 'The user of the access token.',
  auth: user,
  dialect: supabaseAuth,
  reply: raw(AuthUser),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const updateAuthUser = defineRoute({
  id: 'auth.updateUser',
  method: 'PUT',
  path: '/auth/v1/user',
  summary: 'Change password or metadata',
  description:
    'Merges data into the metadata of the user, which must not exceed 4096 bytes as JSON. A new password must have at least 8 characters and differ from the old one. It ends all other sessions. The e-mail address cannot be changed.',
  auth: user,
  dialect: supabaseAuth,
  body: Type.Object(
    {
      email: Type.Optional(
        Type.String({ maxLength: 255, description: 'Current e-mail address of the user.' }),
      ),
      phone: Type.Optional(Type.String({ maxLength: 64, description: 'Must be empty.' })),
      password: Type.Optional(password),
      data: Type.Optional(metadata('Metadata fields to change. null removes a field.')),
    },
    { additionalProperties: true, description: 'The fields to change.' },
  ),
  example: { data: { language: 'en' } },
  reply: raw(AuthUser),
  errors: ['NOT_FOUND', 'UNPROCESSABLE', 'DEPENDENCY_UNAVAILABLE', 'OVERLOADED'],
});

/** Scopes of a logout, as Supabase Auth names them. */
const logOutScopes = ['global', 'local', 'others'] as const;
export type LogOutScope = (typeof logOutScopes)[number];

export const logOut = defineRoute({
  id: 'auth.logOut',
  method: 'POST',
  path: '/auth/v1/logout',
  summary: 'Log out',
  description:
    'Ends all sessions of the user (global), only the session of the access token (local), or all other sessions (others). Their access tokens are refused within a minute.',
  auth: user,
  dialect: supabaseAuth,
  query: Type.Object({
    scope: Type.Optional(Type.Enum(logOutScopes, { description: 'Sessions to end. Default: global.' })),
  }),
  status: 204,
  reply: empty,
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const getJwks = defineRoute({
  id: 'auth.getJwks',
  method: 'GET',
  path: '/auth/v1/.well-known/jwks.json',
  summary: 'Public keys of access tokens',
  description: 'The public keys for verifying access tokens.',
  auth: anyone,
  dialect: supabaseAuth,
  reply: raw(Type.Object({ keys: Type.Array(Type.Unknown(), { description: 'JSON Web Keys.' }) })),
  errors: [],
});
