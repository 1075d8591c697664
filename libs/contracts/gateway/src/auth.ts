import { anyone, defineRoute, empty, raw, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { supabaseAuth } from './supabase-auth.ts';

const email = Type.String({ format: 'email', maxLength: 255, description: 'E-mail address.' });
const password = Type.String({ minLength: 1, maxLength: 256, description: 'Password.' });
const metadata = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description });

export const AuthUser = Type.Object(
  {
    id: Type.String({ format: 'uuid', description: 'Id of the user.' }),
    aud: Type.String({ description: 'Audience of its tokens.' }),
    role: Type.String({ description: 'Database role of its tokens; not what it may do here.' }),
    email: Type.String({ description: 'E-mail address.' }),
    phone: Type.String({ description: 'Always empty here.' }),
    email_confirmed_at: Type.Optional(Type.String({ description: 'When the address was confirmed.' })),
    confirmed_at: Type.Optional(Type.String({ description: 'When the account was confirmed.' })),
    last_sign_in_at: Type.Optional(Type.String({ description: 'When it last logged in.' })),
    app_metadata: metadata('What the platform says of the user: tier and role.'),
    user_metadata: metadata('What the user says of itself; never authorizes anything.'),
    identities: Type.Array(Type.Unknown(), { description: 'Its one identity, by e-mail address.' }),
    created_at: Type.String({ description: 'When the account was made.' }),
    updated_at: Type.String({ description: 'When it was last changed.' }),
    is_anonymous: Type.Boolean({ description: 'Always false here.' }),
  },
  { title: 'AuthUser', description: 'A user, as Supabase Auth shows it.' },
);
export type AuthUser = Static<typeof AuthUser>;

export const AuthSession = Type.Object(
  {
    access_token: Type.String({ description: 'Token for the authorization header.' }),
    token_type: Type.Literal('bearer', { description: 'Always bearer.' }),
    expires_in: Type.Integer({ description: 'Seconds that the access token is good for.' }),
    expires_at: Type.Integer({ description: 'When it expires, in seconds since the epoch.' }),
    refresh_token: Type.String({ description: 'Gets the next session; good once.' }),
    user: AuthUser,
  },
  { title: 'AuthSession', description: 'A session, as Supabase Auth gives it.' },
);
export type AuthSession = Static<typeof AuthSession>;

/** Official clients send more than we need (captcha, PKCE): unknown fields are accepted and not used. */
export const signUp = defineRoute({
  id: 'auth.signUp',
  method: 'POST',
  path: '/auth/v1/signup',
  summary: 'Sign up',
  description:
    'Makes an account and opens a session, in the protocol of Supabase Auth. UNPROCESSABLE where the address has an account, or the password is shorter than 8 characters; data may be 4096 bytes of JSON.',
  auth: anyone,
  dialect: supabaseAuth,
  body: Type.Object(
    {
      email,
      password,
      data: Type.Optional(metadata('What the user says of itself.')),
    },
    { additionalProperties: true, description: 'Credentials of the new account.' },
  ),
  reply: raw(AuthSession),
  errors: ['UNPROCESSABLE', 'DEPENDENCY_UNAVAILABLE', 'OVERLOADED'],
});

export const issueToken = defineRoute({
  id: 'auth.issueToken',
  method: 'POST',
  path: '/auth/v1/token',
  summary: 'Log in, or refresh a session',
  description:
    'With grant_type=password takes email and password, with refresh_token a refresh token. Wrong ones are answered 400, as Supabase Auth does.',
  auth: anyone,
  dialect: supabaseAuth,
  query: Type.Object({
    grant_type: Type.String({
      maxLength: 64,
      description: 'What the caller shows: password or refresh_token.',
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
  reply: raw(AuthSession),
  errors: ['DEPENDENCY_UNAVAILABLE', 'OVERLOADED'],
});

export const getAuthUser = defineRoute({
  id: 'auth.getUser',
  method: 'GET',
  path: '/auth/v1/user',
  summary: 'Who am I',
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
    'Merges data into what the user says of itself; 4096 bytes of JSON at most. A new password, of 8 characters at least and not the old one, ends all other sessions. The address stays as it is.',
  auth: user,
  dialect: supabaseAuth,
  body: Type.Object(
    {
      email: Type.Optional(Type.String({ maxLength: 255, description: 'The address it has.' })),
      phone: Type.Optional(Type.String({ maxLength: 64, description: 'Must be empty here.' })),
      password: Type.Optional(password),
      data: Type.Optional(metadata('What to change of what the user says of itself; null removes.')),
    },
    { additionalProperties: true, description: 'What to change.' },
  ),
  reply: raw(AuthUser),
  errors: ['NOT_FOUND', 'UNPROCESSABLE', 'DEPENDENCY_UNAVAILABLE', 'OVERLOADED'],
});

/** Which sessions a logout ends, in the words of Supabase Auth. */
const logOutScopes = ['global', 'local', 'others'] as const;
export type LogOutScope = (typeof logOutScopes)[number];

export const logOut = defineRoute({
  id: 'auth.logOut',
  method: 'POST',
  path: '/auth/v1/logout',
  summary: 'Log out',
  description:
    'Ends sessions: all of the user (global), the one of the access token (local), or all but that (others). Their access tokens are refused within a minute.',
  auth: user,
  dialect: supabaseAuth,
  query: Type.Object({
    scope: Type.Optional(Type.Enum(logOutScopes, { description: 'Which sessions; global where absent.' })),
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
  description: 'The keys with which anyone can verify access tokens.',
  auth: anyone,
  dialect: supabaseAuth,
  reply: raw(Type.Object({ keys: Type.Array(Type.Unknown(), { description: 'JSON Web Keys.' }) })),
  errors: [],
});
