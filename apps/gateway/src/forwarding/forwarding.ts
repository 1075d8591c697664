import {
  AppError,
  type Contract,
  defaultDeadlineMs,
  dialectAt,
  isInternal,
  isUnder,
} from '@valuecanvas/contracts-core';
import type { InternalSigner } from '@valuecanvas/identity';
import type { FastifyInstance, preHandlerHookHandler } from 'fastify';
import { Pool } from 'undici';
import type { Upstream } from '../upstreams.ts';
import { createAttempts } from './connection-attempts.ts';
import { type ForwardingTarget, forwardRequest } from './forward-request.ts';
import { useRawBodies } from './raw-bodies.ts';

/** Idle connections are closed sooner than a service finishes draining, so that no request is lost to a shutdown. */
const idleMs = 4_000;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Time added to the deadline of a service's slowest route, so that the service reports an exceeded deadline itself. */
const deadlineMarginMs = 5_000;

/** A service without the time limit, which depends on the route. */
type Service = Omit<ForwardingTarget, 'responseTimeoutMs'>;

/** The forwarded routes: the paths of the services behind the gateway. */
export interface Forwarding {
  /** Adds the routes. If two prefixes match, the longer one wins. */
  register(app: FastifyInstance): Promise<void>;
  /** Aborts the requests that are still in flight. */
  close(): Promise<void>;
}

export function createForwarding(
  upstreams: readonly Upstream[],
  sign: InternalSigner,
  { statusIsPublic }: { readonly statusIsPublic: boolean },
): Forwarding {
  const targets = upstreams.map(({ contract, url }) => {
    const dispatcher = new Pool(new URL(url).origin, {
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
    });
    const { service } = contract;
    return { contract, service, dispatcher, attempts: createAttempts(service), sign };
  });
  return {
    async register(app) {
      await app.register(async (scope) => {
        useRawBodies(scope);
        for (const target of targets) {
          addPaths(scope, target.contract, target);
          if (!statusIsPublic) restrictStatusRoutes(scope, target.contract, target);
        }
      });
    },
    async close() {
      await Promise.all(targets.map(({ dispatcher }) => dispatcher.destroy()));
    },
  };
}

function addPaths(scope: FastifyInstance, contract: Contract, service: Service): void {
  for (const prefix of contract.prefixes) {
    const target = {
      ...service,
      responseTimeoutMs: longestDeadlineBelow(contract, prefix) + deadlineMarginMs,
    };
    for (const url of [prefix, `${prefix}/*`]) {
      scope.route({
        method: methods,
        url,
        exposeHeadRoute: false,
        config: { forwardsTo: prefix, dialect: dialectAt(contract, prefix) },
        handler: (request, reply) => forwardRequest(target, request, reply),
      });
    }
  }
}

/**
 * Restricts routes with aggregate figures to authenticated users. They are registered as routes of their own, so that the
 * gateway matches a path exactly as the service does, regardless of its spelling.
 */
function restrictStatusRoutes(scope: FastifyInstance, { routes }: Contract, service: Service): void {
  for (const { path, auth, deadlineMs = defaultDeadlineMs } of Object.values(routes)) {
    if (auth.kind !== 'anyone' || !auth.isStatus) continue;
    const target = { ...service, responseTimeoutMs: deadlineMs + deadlineMarginMs };
    scope.route({
      method: ['GET', 'HEAD'],
      url: path,
      exposeHeadRoute: false,
      config: { forwardsTo: path },
      preHandler: refuseAnonymous,
      handler: (request, reply) => forwardRequest(target, request, reply),
    });
  }
}

const refuseAnonymous: preHandlerHookHandler = ({ principal }, _reply, done) => {
  done(principal?.kind === 'user' ? undefined : new AppError('UNAUTHENTICATED'));
};

/** Returns the longest deadline of the routes below a prefix. */
function longestDeadlineBelow({ routes }: Contract, prefix: string): number {
  const below = Object.values(routes).filter((route) => !isInternal(route) && isUnder(prefix, route.path));
  return Math.max(...below.map(({ deadlineMs = defaultDeadlineMs }) => deadlineMs), 0) || defaultDeadlineMs;
}
