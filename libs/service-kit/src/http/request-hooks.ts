import { trace } from '@opentelemetry/api';
import {
  AppError,
  deadlineOf,
  defaultDeadlineMs,
  headers,
  metricCatalogue,
  type Principal,
  type RouteAuth,
} from '@valuecanvas/contracts-core';
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createHistogram, type Distribution } from '../observe/series.ts';
import { nameActiveSpan, tracingIsOn } from '../observe/tracing.ts';
import type { Authenticator } from './authenticator.ts';
import type { Draining } from './draining.ts';

/** Logs `all` requests (at the edge) or only `failures` (behind it, where successes are counted and traced). */
export type LoggedRequests = 'all' | 'failures';

export type ObserveRequest = (operation: string, status: number, seconds: number) => void;

/** Installs the outermost hooks of every request: start time, id and trace name, and the record of its end. */
export function installRequestHooks(
  app: FastifyInstance,
  options: {
    readonly log: Logger;
    readonly observe: ObserveRequest;
    readonly logged: LoggedRequests;
    /** Makes responses ask clients to reconnect to another replica after the shutdown has started. */
    readonly draining: Draining;
  },
): void {
  app.decorateRequest('principal', undefined);
  app.decorateRequest('receivedAt', 0);
  app.decorateRequest('deadlineAt', 0);
  app.decorateRequest('routeConfig');
  app.decorate('draining', options.draining);
  const nameSpan = tracingIsOn() ? nameRequestSpan : () => undefined;

  app.addHook('onRequest', (request, reply, done) => {
    request.receivedAt = performance.now();
    request.routeConfig = request.routeOptions.config;
    // Fastify refuses an empty content type, even of a request without a body.
    if (request.headers['content-type'] === '') delete request.headers['content-type'];
    reply.header(headers.requestId, request.id);
    if (options.draining.hasBegun()) reply.header('connection', 'close');
    nameSpan(request);
    done();
  });

  const recordEnd = recorder(options.log, options.observe, options.logged);
  app.decorate('recordEnd', recordEnd);
  app.addHook('onResponse', (request, reply, done) => {
    recordEnd(request, reply.statusCode);
    // A stream that started earlier has announced keep-alive, and the closing port would wait for its connection.
    if (options.draining.hasBegun()) request.raw.socket.destroySoon();
    done();
  });
}

/** Installs the hooks that run after those of the edge: deadline, authentication and authorization. */
export function installAdmission(
  app: FastifyInstance,
  authenticate: Authenticator,
  modelDeadlineMs?: number,
): void {
  app.addHook('onRequest', (request, _reply, done) => {
    request.deadlineAt = request.receivedAt + allowedMs(request, modelDeadlineMs);
    admit(request, authenticate, done);
  });
}

/** Returns the caller's deadline, limited by the route's timeout, or the route's timeout if the caller sent none. */
function allowedMs(request: FastifyRequest, modelDeadlineMs: number | undefined): number {
  const { operation } = request.routeConfig;
  const own = operation ? deadlineOf(operation, modelDeadlineMs) : defaultDeadlineMs;
  const given = Number(request.headers[headers.deadline] || own);
  return given >= 0 && given < own ? given : own;
}

/** Authenticates forwarded requests as well. The service that owns the route authorizes them. */
function admit(request: FastifyRequest, authenticate: Authenticator, done: (error?: Error) => void): void {
  const { operation: route, forwardsTo } = request.routeConfig;
  if (!route && !forwardsTo) {
    done();
    return;
  }
  const accept = (principal: Principal): void => {
    request.principal = principal;
    try {
      if (route) authorize(route.auth, principal);
      done();
    } catch (error) {
      done(error as AppError);
    }
  };
  try {
    const principal = authenticate(request);
    if (principal instanceof Promise) principal.then(accept, done);
    else accept(principal);
  } catch (error) {
    done(error as AppError);
  }
}

/** Throws UNAUTHENTICATED or FORBIDDEN unless the principal may call a route that declares `auth`. */
export function authorize(auth: RouteAuth, principal: Principal): void {
  if (auth.kind === 'anyone') return;
  if (auth.kind === 'service') {
    if (principal.kind === 'service' && auth.callers.includes(principal.service)) return;
    throw new AppError('FORBIDDEN');
  }
  if (principal.kind === 'anonymous') throw new AppError('UNAUTHENTICATED');
  if (principal.kind !== 'user') throw new AppError('FORBIDDEN');
  if (auth.kind === 'user') {
    if (principal.apiKeyId === undefined) return;
    throw new AppError('FORBIDDEN', { message: 'API keys cannot call this operation. Sign in as a user.' });
  }
  if (principal.permissions.includes(auth.permission)) return;
  throw new AppError('FORBIDDEN', {
    message: `This operation requires the permission ${auth.permission}, which ${
      principal.apiKeyId === undefined ? 'your role does' : 'this API key or the role of its user does'
    } not hold.`,
  });
}

function nameRequestSpan(request: FastifyRequest): void {
  const { operation = request.routeConfig.forwards } = request.routeConfig;
  nameActiveSpan(operation?.id, request.id);
  if (operation) trace.getActiveSpan()?.setAttribute('http.route', operation.path);
}

/** Creates the histogram of requests by operation and status. */
export function createRequestDurations(registry: Registry): ObserveRequest {
  const seriesOf = createHistogram(registry, metricCatalogue.requestDuration);
  const byOperation = new Map<string, Map<number, Distribution>>();

  const firstOf = (operation: string, status: number): Distribution => {
    const byStatus = byOperation.get(operation) ?? new Map<number, Distribution>();
    const series = seriesOf({ operation, status: String(status) });
    byOperation.set(operation, byStatus.set(status, series));
    return series;
  };

  return (operation, status, seconds) => {
    const series = byOperation.get(operation)?.get(status) ?? firstOf(operation, status);
    series.observe(seconds);
  };
}

/** Counts every request, and logs those that `logged` selects. */
function recorder(
  log: Logger,
  observe: ObserveRequest,
  logged: LoggedRequests,
): (request: FastifyRequest, status: number) => void {
  const isLogged = (status: number) => logged === 'all' || status >= 400;
  return (request, status) => {
    const operation = operationName(request.routeConfig);
    const durationMs = performance.now() - request.receivedAt;
    observe(operation, status, durationMs / 1000);
    if (!isLogged(status)) return;
    const { id: requestId, method } = request;
    log.info(
      { requestId, operation, method, status, durationMs: Math.round(durationMs * 100) / 100 },
      'request',
    );
  };
}

/** Returns the name of a request in logs and metrics. The names are bounded, because each one is a label of a series. */
export function operationName(config: FastifyContextConfig): string {
  const { forwardsTo, servesPage, operation = config.forwards } = config;
  if (operation) return operation.id;
  if (forwardsTo !== undefined) return `forward ${forwardsTo}`;
  return servesPage ? 'page' : 'unmatched';
}
