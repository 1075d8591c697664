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
import { leaveBodiesAlone } from './leave-bodies-alone.ts';

/** Milliseconds that an idle connection is kept: shorter than a service drains, so that none is cut while in use. */
const idleMs = 4_000;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Milliseconds that a service gets beyond its slowest route's own time, so that it is the one who says that it is over. */
const afterDeadlineMs = 5_000;

/** A service, before it is known how long what is asked of it may take. */
type Service = Omit<ForwardingTarget, 'answerMs'>;

/** The paths that belong to other services. */
export interface Forwarding {
  /** Adds them; of two prefixes that fit, the longer wins. */
  register(app: FastifyInstance): Promise<void>;
  /** Cuts what is still running. */
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
        leaveBodiesAlone(scope);
        for (const target of targets) {
          addPaths(scope, target.contract, target);
          if (!statusIsPublic) closeStatus(scope, target.contract, target);
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
    const target = { ...service, answerMs: longestBelow(contract, prefix) + afterDeadlineMs };
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
 * Aggregate figures that are for known callers alone. They are routes of their own, so that a path finds its way here
 * exactly as it does in the service, however it is written.
 */
function closeStatus(scope: FastifyInstance, { routes }: Contract, service: Service): void {
  for (const { path, auth, deadlineMs = defaultDeadlineMs } of Object.values(routes)) {
    if (auth.kind !== 'anyone' || !auth.isStatus) continue;
    const target = { ...service, answerMs: deadlineMs + afterDeadlineMs };
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

/** Milliseconds that the slowest route below a prefix may take. */
function longestBelow({ routes }: Contract, prefix: string): number {
  const below = Object.values(routes).filter((route) => !isInternal(route) && isUnder(prefix, route.path));
  return Math.max(...below.map(({ deadlineMs = defaultDeadlineMs }) => deadlineMs), 0) || defaultDeadlineMs;
}
