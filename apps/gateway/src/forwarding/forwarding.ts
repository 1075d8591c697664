import {
  AppError,
  anonymous,
  type Contract,
  deadlineOf,
  defaultDeadlineMs,
  dialectAt,
  headers,
  isInternal,
  isUnder,
  type RouteDefinition,
  type ServiceName,
} from '@valuecanvas/contracts-core';
import { createInternalSigner, type InternalSigner, importSigningKey } from '@valuecanvas/identity';
import { methodsOf, routerPath } from '@valuecanvas/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { type Dispatcher, Pool } from 'undici';
import type { GatewayKit } from '../config.ts';
import type { Upstream } from '../upstreams.ts';
import { type Attempts, createAttempts } from './connection-attempts.ts';
import { headersToService } from './forwarded-headers.ts';
import { ResponseRelay } from './response-relay.ts';
import { assertForwardable, type BodyContent, sendUpstream, targetOf } from './send-upstream.ts';

/** Idle connections are closed sooner than a service finishes draining, so that no request is lost to a shutdown. */
const idleMs = 4_000;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Time added to the deadline of a service's slowest route, so that the service reports an exceeded deadline itself. */
const deadlineMarginMs = 5_000;

/** Longest pause within a response. Event streams send a comment every 15 s. */
const maxPauseMs = 60_000;

/** A service and the means of reaching it. */
interface ForwardingTarget {
  readonly service: ServiceName;
  readonly dispatcher: Dispatcher;
  readonly attempts: Attempts;
  readonly sign: InternalSigner;
  /** Time limit for the response headers. */
  readonly responseTimeoutMs: number;
}

/** A service without the time limit, which depends on the route. */
type Service = Omit<ForwardingTarget, 'responseTimeoutMs'>;

/** The forwarded routes: the paths of the services behind the gateway. */
export interface Forwarding {
  /** Adds the routes. If two prefixes match, the longer one wins. */
  register(app: FastifyInstance): Promise<void>;
}

export async function composeForwarding(
  { config, lifecycle, now }: GatewayKit,
  upstreams: readonly Upstream[],
): Promise<Forwarding> {
  const key = await importSigningKey(config.INTERNAL_SIGNING_KEY);
  const sign = createInternalSigner({ issuer: 'gateway', key, now });
  const targets = upstreams.map(({ contract, url }) => {
    const dispatcher = new Pool(new URL(url).origin, {
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
    });
    const { service } = contract;
    return { contract, service, dispatcher, attempts: createAttempts(service), sign };
  });
  lifecycle.onStop('close', 'connections to services', async () => {
    await Promise.all(targets.map(({ dispatcher }) => dispatcher.destroy()));
  });
  return {
    async register(app) {
      await app.register(async (scope) => {
        useRawBodies(scope);
        for (const target of targets) {
          addPaths(scope, target.contract, target, config);
        }
      });
    },
  };
}

/**
 * Registers the prefixes of a service, and each of its public operations below them as a route of its own. So the gateway matches
 * a path exactly as the service does, regardless of its spelling, and knows which operation a request is for.
 */
function addPaths(
  scope: FastifyInstance,
  contract: Contract,
  service: Service,
  { LLM_DEADLINE: modelDeadlineMs, PUBLIC_STATUS_ENABLED: isStatusPublic }: GatewayKit['config'],
): void {
  const add = (prefix: string, url: string, method: readonly string[], forwards?: RouteDefinition): void => {
    const responseTimeoutMs = longestDeadlineBelow(contract, prefix, modelDeadlineMs) + deadlineMarginMs;
    const target = { ...service, responseTimeoutMs };
    scope.route({
      method: [...method],
      url,
      exposeHeadRoute: false,
      config: {
        forwardsTo: prefix,
        dialect: dialectAt(contract, prefix),
        ...(forwards ? { forwards } : {}),
      },
      ...(forwards && isStatus(forwards) && !isStatusPublic ? { preHandler: refuseAnonymous } : {}),
      handler: (request, reply) => forwardRequest(target, request, reply),
    });
  };

  const operations = Object.values(contract.routes).filter((route) => !isInternal(route));
  for (const prefix of contract.prefixes) {
    const below = operations.filter(({ path }) => prefixOf(contract, path) === prefix);
    for (const operation of below) add(prefix, routerPath(operation.path), methodsOf(operation), operation);
    for (const url of [prefix, `${prefix}/*`]) {
      const taken = below.filter(({ path }) => routerPath(path) === url).flatMap(methodsOf);
      add(
        prefix,
        url,
        methods.filter((method) => !taken.includes(method)),
      );
    }
  }
}

/** The longest prefix of a contract above a path. */
function prefixOf({ prefixes }: Contract, path: string): string | undefined {
  return prefixes.filter((prefix) => isUnder(prefix, path)).sort((a, b) => b.length - a.length)[0];
}

/** Returns true for the routes with aggregate figures, which a deployment may restrict to authenticated users. */
function isStatus({ auth }: RouteDefinition): boolean {
  return auth.kind === 'anyone' && auth.isStatus === true;
}

const refuseAnonymous: preHandlerHookHandler = ({ principal }, _reply, done) => {
  done(principal?.kind === 'user' ? undefined : new AppError('UNAUTHENTICATED'));
};

/** Returns the longest deadline of the routes below a prefix. */
function longestDeadlineBelow({ routes }: Contract, prefix: string, modelDeadlineMs: number): number {
  const below = Object.values(routes).filter((route) => !isInternal(route) && isUnder(prefix, route.path));
  return Math.max(...below.map((route) => deadlineOf(route, modelDeadlineMs)), 0) || defaultDeadlineMs;
}

/**
 * Forwards a request to a service and streams the response back. A disconnect of either side ends the other. Resolves
 * once the response has started.
 */
async function forwardRequest(
  { service, dispatcher, attempts, sign, responseTimeoutMs }: ForwardingTarget,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  assertForwardable(request);
  const relay = new ResponseRelay(reply, service);
  const identity = await sign(service, request.principal ?? anonymous);
  const options = (content: BodyContent) => optionsOf(request, content, identity, responseTimeoutMs);
  return sendUpstream(request, reply, { attempts, dispatcher, relay, options });
}

function optionsOf(
  request: FastifyRequest,
  content: BodyContent,
  identity: string,
  responseTimeoutMs: number,
): Dispatcher.DispatchOptions {
  const passed = headersToService(request.headers, content !== null);
  passed.push(
    headers.identity,
    identity,
    headers.requestId,
    request.id,
    headers.deadline,
    String(responseTimeoutMs),
  );
  return {
    method: request.method as Dispatcher.HttpMethod,
    path: targetOf(request.url),
    headers: passed,
    body: content,
    headersTimeout: responseTimeoutMs,
    bodyTimeout: maxPauseMs,
  };
}

/** Leaves request bodies unparsed, as forwarded requests need them. */
export function useRawBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}
