import { anonymous, type Principal, type RouteDefinition } from '@valuecanvas/contracts-core';
import { supabaseAuth } from '@valuecanvas/contracts-gateway';
import type { Authenticator } from '@valuecanvas/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isForWatchers } from '../edge/watchers.ts';

/**
 * One way to show who asks: for whom its credential stands, or undefined where a request shows none of the kind.
 * Throws UNAUTHENTICATED for a bad one.
 */
export type CredentialSource = (request: FastifyRequest) => Principal | Promise<Principal> | undefined;

/**
 * The first source that finds something decides. Whoever shows nothing is anonymous; whoever shows something bad is
 * refused, even where anybody may ask, but for paths on which somebody else judges credentials. A request is looked at
 * once, however often it is asked for: limits count whom admission admits.
 */
export function createAuthenticator(sources: readonly CredentialSource[]): Authenticator {
  const authenticate: Authenticator = (request) => {
    for (const source of sources) {
      const found = source(request);
      if (found) return found;
    }
    return anonymous;
  };
  const believed: Authenticator = (request) => {
    const { operation, judgesCredentials = isAskedByAnyone(operation) } = request.routeConfig;
    if (isForWatchers(operation)) return anonymous;
    return judgesCredentials ? orAnonymous(authenticate, request) : authenticate(request);
  };
  return (request) => {
    request.shown ??= believed(request);
    return request.shown;
  };
}

/** Gives requests the place where they keep it. */
export function rememberPrincipals(app: FastifyInstance): void {
  app.decorateRequest('shown', undefined);
}

/** Clients of Supabase show the key of their project where there is no user yet; it is nobody's. */
function isAskedByAnyone(operation: RouteDefinition | undefined): boolean {
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
    /** Whom its credentials stand for, once that has been asked. */
    shown: Principal | Promise<Principal> | undefined;
  }
  interface FastifyContextConfig {
    /** The service that is forwarded to judges what clients show: bad credentials are passed on, as nobody's. */
    judgesCredentials?: boolean;
  }
}
