import { anonymous, type Principal, type RouteDefinition } from '@valuecanvas/contracts-core';
import { supabaseAuth } from '@valuecanvas/contracts-gateway';
import type { Authenticator } from '@valuecanvas/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isHealthRoute } from '../edge/health-routes.ts';

/**
 * Authenticates a request by one kind of credential. Returns undefined if the request carries none of this kind.
 * Throws UNAUTHENTICATED for an invalid credential.
 */
export type CredentialSource = (request: FastifyRequest) => Principal | Promise<Principal> | undefined;

/**
 * Authenticates by the first source that finds a credential. A request without credentials is anonymous. Invalid
 * credentials are refused on public routes as well, except on paths whose upstream verifies credentials itself. The
 * result is kept on the request, so that rate limiting and authorization see the same principal.
 */
export function createAuthenticator(sources: readonly CredentialSource[]): Authenticator {
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
