import { type Contract, type Dialect, isInternal, isUnder } from '@valuecanvas/contracts-core';
import type { InternalSigner } from '@valuecanvas/identity';
import type { FastifyInstance } from 'fastify';
import { Pool } from 'undici';
import type { Upstream } from '../upstreams.ts';
import { type ForwardingTarget, forwardRequest } from './forward-request.ts';

/** Milliseconds that an idle connection is kept: shorter than a service drains, so that none is cut while in use. */
const idleMs = 4_000;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The paths that belong to other services. */
export interface Forwarding {
  /** Adds them; of two prefixes that fit, the longer wins. */
  register(app: FastifyInstance): Promise<void>;
  /** Cuts what is still running. */
  close(): Promise<void>;
}

export function createForwarding(upstreams: readonly Upstream[], sign: InternalSigner): Forwarding {
  const targets = upstreams.map(({ contract, url }) => {
    const dispatcher = new Pool(new URL(url).origin, {
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
    });
    return { contract, service: contract.service, dispatcher, sign };
  });
  return {
    async register(app) {
      await app.register(async (scope) => {
        leaveBodiesAlone(scope);
        for (const target of targets) addPaths(scope, target.contract, target);
      });
    },
    async close() {
      await Promise.all(targets.map(({ dispatcher }) => dispatcher.destroy()));
    },
  };
}

function leaveBodiesAlone(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}

function addPaths(scope: FastifyInstance, contract: Contract, target: ForwardingTarget): void {
  for (const prefix of contract.prefixes) {
    for (const url of [prefix, `${prefix}/*`]) {
      scope.route({
        method: methods,
        url,
        exposeHeadRoute: false,
        config: { forwardsTo: prefix, dialect: dialectBelow(contract, prefix) },
        handler: (request, reply) => forwardRequest(target, request, reply),
      });
    }
  }
}

/** What the edge itself refuses, it refuses in the words of the protocol that the path speaks. */
function dialectBelow({ routes }: Contract, prefix: string): Dialect {
  const route = Object.values(routes).find((route) => !isInternal(route) && isUnder(prefix, route.path));
  return route?.dialect ?? 'valuecanvas';
}
