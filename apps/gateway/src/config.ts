import { postgresVariables } from '@valuecanvas/postgres';
import { redisVariables } from '@valuecanvas/redis';
import { kitVariables, signingVariables } from '@valuecanvas/service-kit';
import Type from 'typebox';
import { upstreamVariables } from './upstreams.ts';

/** Everything that the gateway reads from its environment. */
export const gatewayVariables = {
  ...kitVariables('gateway'),
  ...signingVariables,
  ...postgresVariables,
  ...redisVariables,
  PUBLIC_URL: Type.String({
    format: 'url',
    default: 'http://localhost:3000',
    description: 'Origin at which clients reach the gateway; access tokens name it as their issuer.',
  }),
  AUTH_SIGNING_KEYS: Type.Optional(
    Type.String({
      secret: true,
      requiredWithout: 'SUPABASE_URL',
      description:
        'JSON array of private JWKs (ES256) for access tokens: the first signs, all of them verify. To rotate, put the new one in front and drop the old one an hour later. Not used with SUPABASE_URL.',
    }),
  ),
  SUPABASE_URL: Type.Optional(
    Type.String({
      format: 'url',
      description:
        'Origin of a Supabase project: its Auth keeps accounts and sessions and signs the access tokens, /auth/v1 is passed on to it, and DATABASE_URL must be its database. Our own accounts where absent.',
    }),
  ),
  SUPABASE_ANON_KEY: Type.Optional(
    Type.String({
      description:
        'Anon or publishable key of the Supabase project, sent as apikey for clients that send none. For SUPABASE_URL only.',
    }),
  ),
  JWT_SECRET: Type.Optional(
    Type.String({
      secret: true,
      minLength: 32,
      description:
        'Secret with which the Supabase project signs access tokens where it still uses HS256; without it no such token is accepted. For SUPABASE_URL only.',
    }),
  ),
  CORS_ALLOWED_ORIGINS: Type.Array(Type.String(), {
    default: [],
    description:
      'Origins whose pages may call the API, separated by commas; whole ones, without wildcards. None where absent. Cookie sessions work for those of the same site as PUBLIC_URL; pages of other sites send tokens.',
  }),
  CSP_ENABLED: Type.Boolean({
    default: true,
    description: 'Whether answers carry a content security policy; false is for debugging alone.',
  }),
  HTTPS_ONLY: Type.Boolean({
    default: false,
    description:
      'Whether requests that came without encryption, as a proxy of TRUST_PROXY tells, are redirected to PUBLIC_URL or refused.',
  }),
  CSRF_PROTECTION_ENABLED: Type.Boolean({
    default: true,
    description:
      'Whether a request that changes something by a session cookie must carry its CSRF token; false is for debugging alone.',
  }),
  RATE_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 1,
    default: 600,
    description: 'Requests per minute of one user, or of one address without a user.',
  }),
  AUTH_RATE_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 1,
    default: 60,
    description: 'Sign-ups, logins and refreshes per minute of one address.',
  }),
  TRUST_PROXY: Type.Array(Type.String(), {
    default: [],
    description:
      'Addresses, ranges or names (loopback, uniquelocal) of proxies in front whose x-forwarded-for, x-forwarded-proto and traces are believed, separated by commas; none where absent.',
  }),
  PUBLIC_STATUS_ENABLED: Type.Boolean({
    default: true,
    description:
      'Whether anyone may see aggregate figures of models and queue (GET /api/llm/stats, /api/llm/health, /api/queue/metrics); otherwise they need a token.',
  }),
  ROLES: Type.Optional(
    Type.String({
      description:
        'Roles beside user, operator and admin, as JSON: { "<name>": ["<permission>"] }, for example {"support":["users:read","audit:read"]}. Every role holds the permissions of user as well. The permissions are listed in docs/permissions.md.',
    }),
  ),
  UPGRADE_URL: Type.String({
    format: 'url',
    default: 'http://localhost:3000/upgrade',
    description: 'Page at which a user can get higher limits; named in refusals.',
  }),
  ...upstreamVariables,
};
