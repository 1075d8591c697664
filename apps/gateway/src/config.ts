import { mailVariables } from '@valuecanvas/mail';
import { postgresVariables } from '@valuecanvas/postgres';
import { redisVariables } from '@valuecanvas/redis';
import {
  type ConfigOf,
  type Kit,
  kitVariables,
  modelVariables,
  signingVariables,
} from '@valuecanvas/service-kit';
import Type from 'typebox';
import { upstreamVariables } from './upstreams.ts';

/** The environment variables of the gateway. */
export const gatewayVariables = {
  ...kitVariables('gateway'),
  ...modelVariables,
  ...signingVariables,
  ...postgresVariables,
  ...redisVariables,
  ...mailVariables,
  PUBLIC_URL: Type.String({
    format: 'url',
    default: 'http://localhost:3000',
    description: 'Origin at which clients reach the gateway. Access tokens name it as their issuer.',
  }),
  AUTH_SIGNING_KEYS: Type.Optional(
    Type.String({
      secret: true,
      requiredWithout: 'SUPABASE_URL',
      description:
        'JSON array of private JWKs (ES256) for access tokens. The first key signs, all keys verify. To rotate, put the new key first and remove the old one an hour later. Ignored if SUPABASE_URL is set.',
    }),
  ),
  SUPABASE_URL: Type.Optional(
    Type.String({
      format: 'url',
      description:
        'Origin of a Supabase project. Its Auth then stores accounts and sessions and signs the access tokens, /auth/v1 is forwarded to it, and DATABASE_URL must be its database. If absent, the gateway stores the accounts itself.',
    }),
  ),
  SUPABASE_ANON_KEY: Type.Optional(
    Type.String({
      description:
        'Anon or publishable key of the Supabase project, sent as apikey for clients that send none. Used only with SUPABASE_URL.',
    }),
  ),
  JWT_SECRET: Type.Optional(
    Type.String({
      secret: true,
      minLength: 32,
      description:
        'Secret of a Supabase project that still signs access tokens with HS256. If absent, HS256 tokens are refused. Used only with SUPABASE_URL.',
    }),
  ),
  CORS_ALLOWED_ORIGINS: Type.Array(Type.String(), {
    default: [],
    description:
      'Origins whose pages may call the API, separated by commas, without wildcards. Origins of applications (app://name, capacitor://localhost) count as well. Default: none. Cookie sessions work for origins on the same site as PUBLIC_URL. Pages of other sites must send tokens.',
  }),
  CSP_ENABLED: Type.Boolean({
    default: true,
    description: 'Whether responses carry a content security policy. Set it to false only for debugging.',
  }),
  HTTPS_ONLY: Type.Boolean({
    default: false,
    description:
      'Whether unencrypted requests are redirected to PUBLIC_URL or refused. A proxy in TRUST_PROXY reports whether a request was encrypted.',
  }),
  CSRF_PROTECTION_ENABLED: Type.Boolean({
    default: true,
    description:
      'Whether requests that change something and authenticate by the session cookie must carry the CSRF token. Set it to false only for debugging.',
  }),
  RATE_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 1,
    default: 6_000,
    description: 'Largest number of requests per minute for one user.',
  }),
  ANONYMOUS_RATE_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 1,
    default: 600,
    description: 'Largest number of requests per minute without a user for one address.',
  }),
  AUTH_RATE_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 1,
    default: 60,
    description: 'Largest number of sign-ups, logins and refreshes per minute for one address.',
  }),
  TRUST_PROXY: Type.Array(Type.String(), {
    default: [],
    description:
      'Addresses, ranges or names (loopback, uniquelocal) of trusted proxies, separated by commas. Only their x-forwarded-for, x-forwarded-proto and trace headers are used. Default: none.',
  }),
  PUBLIC_STATUS_ENABLED: Type.Boolean({
    default: true,
    description:
      'Whether anonymous callers may read aggregate figures of models and queue (GET /api/llm/stats, /api/llm/health, /api/queue/metrics). If false, they require an access token or API key.',
  }),
  PAGES_DIR: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Folder of the built web application, which must contain index.html. The gateway reads it at startup and serves it at all paths outside the API. If absent, the gateway serves no pages.',
    }),
  ),
  ANSWERS_SIMULATED: Type.Boolean({
    default: false,
    description:
      'Whether a simulator replaces the language models, so that the page says so. `npm start` sets it.',
  }),
  DEMO_ACCOUNTS: Type.Optional(
    Type.String({
      description:
        'Accounts that the page offers for signing in, as JSON: [{"email", "password", "tier", "role"}]. Refused unless PUBLIC_URL is on this machine. `npm start` sets it.',
    }),
  ),
  ROLES: Type.Optional(
    Type.String({
      description:
        'Roles in addition to user, operator and admin, as JSON: { "<name>": ["<permission>"] }, for example {"support":["users:read","audit:read"]}. Every role also holds the permissions of user. The permissions are listed in docs/permissions.md.',
    }),
  ),
  AUDIT_RETENTION_DAYS: Type.Integer({
    minimum: 30,
    maximum: 3_650,
    default: 730,
    description: 'Days for which the audit log keeps a record.',
  }),
  UPGRADE_URL: Type.String({
    format: 'url',
    default: 'http://localhost:3000/upgrade',
    description:
      'Page where users can get higher limits. Refusals name it. The gateway serves one at /upgrade.',
  }),
  ...upstreamVariables,
};

/** Dependencies that the kit passes to the gateway's features. */
export type GatewayKit = Kit<ConfigOf<typeof gatewayVariables>>;
