import { timingSafeEqual } from 'node:crypto';
import {
  AppError,
  anonymous,
  type Dialect,
  ownDialect,
  type Principal,
  type RouteDefinition,
} from '@valuecanvas/contracts-core';
import {
  csrfTokenHeader,
  openBrowserSession,
  requestPasswordReset,
  resetPassword,
  signUpBrowser,
  supabaseAuth,
} from '@valuecanvas/contracts-gateway';
import type { Authenticator } from '@valuecanvas/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TokenVerifier } from '../access-tokens/token-verifier.ts';
import type { BrowserSessions, LoggedIn } from '../browser-sessions/browser-sessions.service.ts';
import type { SessionCookie } from '../browser-sessions/session-cookie.ts';
import { isHealthRoute } from '../edge/health-routes.ts';
import type { RateLimitedAddresses } from '../rate-limits/addresses.ts';

/**
 * Authenticates a request by one kind of credential. Returns undefined if the request carries none of this kind.
 * Throws UNAUTHENTICATED for an invalid credential.
 */
type CredentialSource = (request: FastifyRequest) => Principal | Promise<Principal> | undefined;

/** The verifiers of all kinds of credentials. */
export interface Credentials {
  readonly apiKeys: TokenVerifier;
  readonly accessTokens: TokenVerifier;
  readonly sessions: Pick<BrowserSessions, 'known' | 'find'>;
  readonly cookie: Pick<SessionCookie, 'read'>;
  /** True if requests that authenticate by the cookie and change something need a CSRF token. */
  readonly csrfProtection: boolean;
  /** Addresses over their rate limit, for which unknown keys and cookies are refused without a look-up. */
  readonly limitedAddresses: Pick<RateLimitedAddresses, 'check'>;
}

/**
 * Authenticates by an API key, an access token or a session cookie, whichever is found first. A request without
 * credentials is anonymous. Invalid credentials are refused on public routes as well, except on paths whose upstream
 * verifies credentials itself. The result is kept on the request, so that rate limiting and authorization see the same
 * principal.
 */
export function createAuthenticator(credentials: Credentials): Authenticator {
  const bearer = bearerSource(credentials);
  const sources = [apiKeySource(credentials, bearer), bearer, cookieSource(credentials)];
  const authenticate: Authenticator = (request) => {
    for (const source of sources) {
      const found = source(request);
      if (found) return found;
    }
    return anonymous;
  };
  const resolve: Authenticator = (request) => {
    const { operation, ignoresInvalidCredentials = isPublicSupabaseRoute(operation) } = request.routeConfig;
    if (isHealthRoute(operation)) return anonymous;
    return ignoresInvalidCredentials ? orAnonymous(authenticate, request) : authenticate(request);
  };
  return (request) => {
    request.authentication ??= resolve(request);
    return request.authentication;
  };
}

/** Declares the request property that keeps the principal. */
export function decoratePrincipal(app: FastifyInstance): void {
  app.decorateRequest('authentication', undefined);
}

/** On public routes, Supabase clients send the key of their project as a bearer token. It identifies no user. */
function isPublicSupabaseRoute(operation: RouteDefinition | undefined): boolean {
  return operation?.dialect === supabaseAuth && operation.auth.kind === 'anyone';
}

async function orAnonymous(authenticate: Authenticator, request: FastifyRequest): Promise<Principal> {
  try {
    return await authenticate(request);
  } catch {
    return anonymous;
  }
}

/** A bearer token with the prefix of API keys. Access tokens never have this prefix. */
const bearerKey = /^bearer +(vc_\S*) *$/i;

/**
 * Authenticates by an API key as bearer token, in x-api-key or, in OpenAI's dialect, in api-key. If a request also carries an access token, which `bearer`
 * verifies, both must be valid and belong to the same user, and the permissions of the key apply.
 */
function apiKeySource(
  { apiKeys, limitedAddresses }: Credentials,
  bearer: CredentialSource,
): CredentialSource {
  const verify = async (key: string): Promise<Principal> => {
    const principal = await apiKeys.verify(key);
    if (!principal) throw refused('The API key is invalid, has expired or was revoked.');
    return principal;
  };
  const principalOf = (key: string, request: FastifyRequest) => {
    const known = apiKeys.known(key);
    if (known) return known;
    limitedAddresses.check(request);
    return verify(key);
  };

  return (request) => {
    const { authorization } = request.headers;
    const key = keyHeaderOf(request);
    const asBearer = authorization ? bearerKey.exec(authorization)?.[1] : undefined;
    // An empty header beside other credentials counts as absent.
    if (!key && authorization) return asBearer === undefined ? undefined : principalOf(asBearer, request);
    if (key === undefined) return undefined;
    if (!authorization || key === asBearer) return principalOf(key, request);
    if (asBearer !== undefined) throw refused(differentKeys);
    return ofOneUser(bearer(request), principalOf(key, request));
  };
}

const differentKeys = 'The headers of the request contain different API keys. Send only one.';

/** Returns the key in x-api-key or api-key. The latter is Azure's, and other dialects may use it differently. */
function keyHeaderOf(request: FastifyRequest): string | undefined {
  const { 'x-api-key': key, 'api-key': azureKey } = request.headers;
  if (!azureKey || !dialectOf(request).hasAzureApiKey) return textOf(key);
  if (key && key !== azureKey) {
    throw refused(differentKeys);
  }
  return textOf(azureKey);
}

/** Node joins repeated headers, except those that its types also allow as lists. */
function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

async function ofOneUser(
  token: ReturnType<CredentialSource>,
  key: Principal | Promise<Principal>,
): Promise<Principal> {
  const [byToken, byKey] = await Promise.all([token, key]);
  if (byToken?.kind === 'user' && byKey.kind === 'user' && byToken.userId === byKey.userId) return byKey;
  throw refused('The access token and the API key belong to different users.');
}

/** Longer tokens are refused without parsing. A token with the largest allowed metadata is well below this length. */
const maxTokenLength = 8_192;

const bearerToken = /^bearer +([\w.~+/=-]+) *$/i;

/** Authenticates by the access token in the authorization header. Refuses any other content of that header. */
function bearerSource({ accessTokens }: Credentials): CredentialSource {
  const verify = async (token: string): Promise<Principal> => {
    const principal = await accessTokens.verify(token);
    if (!principal) throw refused(invalidToken);
    return principal;
  };
  return ({ headers: { authorization } }) => {
    if (authorization === undefined) return undefined;
    // Fast path for the usual spelling: a cached token needs no regular expression.
    const known = authorization.startsWith('Bearer ')
      ? accessTokens.known(authorization.slice(7))
      : undefined;
    if (known) return known;
    const token = bearerToken.exec(authorization)?.[1];
    if (!token || token.length > maxTokenLength) throw refused(invalidToken);
    return accessTokens.known(token) ?? verify(token);
  };
}

const invalidToken = 'The access token is invalid or has expired. Log in again or refresh the session.';

function refused(message: string): AppError {
  return new AppError('UNAUTHENTICATED', { message });
}

/** Methods that change nothing. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Authenticates by the session cookie. Any page can make a browser send the cookie, so requests that change something
 * must also carry the session's CSRF token, which only allowed pages can read. Throws CSRF_FAILED if it is missing or
 * wrong. A cookie without a live session is ignored.
 */
function cookieSource({ sessions, cookie, csrfProtection, limitedAddresses }: Credentials): CredentialSource {
  return (request) => {
    const secret = readsCookies(request) ? cookie.read(request.headers.cookie) : undefined;
    if (secret === undefined) return undefined;
    const accept = (found: LoggedIn | undefined): Principal => {
      if (found && csrfProtection && needsCsrfToken(request)) checkCsrfToken(request, found.csrfToken);
      return found?.principal ?? anonymous;
    };
    const known = sessions.known(secret);
    if (known) return accept(known);
    limitedAddresses.check(request);
    return sessions.find(secret).then(accept);
  };
}

/** A login, a sign-up or a new password replaces the session, so an old cookie must not make it fail. */
const withoutCookies: readonly (RouteDefinition | undefined)[] = [
  openBrowserSession,
  signUpBrowser,
  requestPasswordReset,
  resetPassword,
];

function readsCookies(request: FastifyRequest): boolean {
  if (withoutCookies.includes(request.routeConfig.operation)) return false;
  return dialectOf(request).hasCookies;
}

function needsCsrfToken(request: FastifyRequest): boolean {
  return !safeMethods.has(request.method) && !dialectOf(request).isSafe;
}

function dialectOf({ routeConfig: { operation, dialect } }: FastifyRequest): Dialect {
  return operation?.dialect ?? dialect ?? ownDialect;
}

function checkCsrfToken({ headers }: FastifyRequest, expected: string): void {
  const presented = headers[csrfTokenHeader];
  if (typeof presented !== 'string' || !isSame(presented, expected)) throw new AppError('CSRF_FAILED');
}

function isSame(presented: string, expected: string): boolean {
  const [left, right] = [Buffer.from(presented), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The principal of the request's credentials, once they have been checked. */
    authentication: Principal | Promise<Principal> | undefined;
  }
  interface FastifyContextConfig {
    /** The upstream verifies credentials itself: requests with invalid credentials are forwarded as anonymous. */
    ignoresInvalidCredentials?: boolean;
  }
}
