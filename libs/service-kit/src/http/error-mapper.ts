import { AppError, type Dialect, type RouteDefinition } from '@valuecanvas/contracts-core';
import { QueueFullError } from '@valuecanvas/resilience';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { ErrorReporter } from '../observe/error-reporter.ts';
import { closeAfterBody, drainRequestBody } from './drain-request-body.ts';
import { type AllowedMethods, isMalformed, malformedUrl } from './no-route.ts';

export interface ErrorMapperDependencies {
  readonly log: Logger;
  readonly reporter: ErrorReporter;
  readonly allowedMethods: AllowedMethods;
  /** Returns the dialect for a path without a route. */
  readonly dialectOf: (path: string) => Dialect;
}

/** Installs the handlers that turn every error into a response. */
export function installErrorMapper(
  app: FastifyInstance,
  { log, reporter, allowedMethods, dialectOf }: ErrorMapperDependencies,
): void {
  const recordFailure = (error: unknown, request: FastifyRequest): AppError => {
    const known = toAppError(error);
    if (!isClientDisconnect(error, request)) record(known, error, request, log, reporter);
    return known;
  };
  app.decorate('recordFailure', recordFailure);
  const answer = (error: AppError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    // The URL that the client sent: one that cannot be decoded was rewritten.
    const { operation, dialect = operation?.dialect ?? dialectOf(withoutQuery(request.originalUrl)) } =
      request.routeOptions.config;
    return send(error, dialect, request, reply);
  };
  app.setErrorHandler((error, request, reply) => {
    if (!request.raw.readableAborted) return answer(recordFailure(error, request), request, reply);
    app.recordEnd(request, clientLeft);
    return reply.hijack();
  });
  app.setNotFoundHandler((request, reply) => answer(notFound(request, allowedMethods), request, reply));
}

/** Status recorded for a request whose client disconnected, as in nginx. */
const clientLeft = 499;

function notFound(request: FastifyRequest, allowedMethods: AllowedMethods): AppError {
  if (isMalformed(request)) return malformedUrl();
  const allow = allowedMethods(pathOf(request));
  if (allow) return new AppError('METHOD_NOT_ALLOWED', { headers: { allow } });
  return new AppError('NOT_FOUND', { message: `No route matches ${request.method} ${pathOf(request)}.` });
}

const fastifyCodes: Readonly<Record<string, () => AppError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new AppError('PAYLOAD_TOO_LARGE'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new AppError('UNSUPPORTED_MEDIA_TYPE'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => malformed('The body is empty. Send JSON.'),
  FST_ERR_CTP_INVALID_JSON_BODY: () => malformed('The body is not valid JSON.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    malformed('The length of the body differs from its content-length header.'),
};

function malformed(message: string): AppError {
  return new AppError('VALIDATION_FAILED', { message, details: [{ path: '', message }] });
}

/** Time after which a queue that was full has probably drained. */
const overloadRetrySeconds = 2;

/** Maps an unexpected error to INTERNAL_ERROR and keeps the cause for the log. */
function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof QueueFullError)
    return new AppError('OVERLOADED', { cause: error, retryAfterSeconds: overloadRetrySeconds });
  const { code, statusCode, message } = (error ?? {}) as Partial<FastifyError>;
  const mapped = code === undefined ? undefined : fastifyCodes[code];
  if (mapped) return mapped();
  if (statusCode === 400 && code?.startsWith('FST_'))
    return malformed(message ?? 'The request is malformed.');
  return new AppError('INTERNAL_ERROR', { cause: error });
}

/** Returns true for work that was aborted because its client disconnected. That is not a failure. */
function isClientDisconnect(error: unknown, { socket }: FastifyRequest): boolean {
  return socket.destroyed && error instanceof Error && error.name === 'AbortError';
}

/** Logs unexpected errors as ERROR and unavailable dependencies as WARN. The client's own errors are not logged here. */
function record(
  known: AppError,
  error: unknown,
  request: FastifyRequest,
  log: Logger,
  reporter: ErrorReporter,
): void {
  if (known.status < 500) return;
  const operation = operationOf(request)?.id;
  const fields = { requestId: request.id, operation, code: known.code, detail: known.internal, err: error };
  if (known.code !== 'INTERNAL_ERROR') {
    log.warn(fields, known.title);
    return;
  }
  log.error(fields, 'request: unexpected error');
  const { principal } = request;
  reporter.report(error, {
    requestId: request.id,
    ...(operation === undefined ? {} : { operation }),
    ...(principal?.kind === 'user' ? { userId: principal.userId } : {}),
  });
}

function send(error: AppError, dialect: Dialect, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!request.raw.complete) answerEarly(request, reply);
  reply.headers(rateLimitHeaders(error)).headers(error.headers);
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
  if (error.retryAfterMs !== undefined) reply.header('retry-after-ms', error.retryAfterMs);
  if (error.status === 401) reply.header('www-authenticate', 'Bearer');
  const advice = retryAdvice(error);
  if (advice !== undefined) reply.header('x-should-retry', advice);
  const { body, headers = {} } = dialect.toError(error, request);
  return reply
    .code(error.status)
    .headers(headers)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(body);
}

/** Prevents Fastify from closing the connection at once. For a request without a body, the end may still be pending. */
function answerEarly({ raw }: FastifyRequest, reply: FastifyReply): void {
  reply.removeHeader('connection');
  closeAfterBody(raw);
  reply.raw.once('finish', () => {
    if (!raw.complete) drainRequestBody(raw);
  });
}

/**
 * Headers of an exceeded limit, with the names up to draft 06 of draft-ietf-httpapi-ratelimit-headers. They also describe a
 * limit of another service, whose error was passed on.
 */
function rateLimitHeaders({ code, extra, retryAfterSeconds }: AppError): Record<string, string> {
  if (code !== 'RATE_LIMITED' || typeof extra?.limit !== 'number') return {};
  return {
    'ratelimit-limit': String(extra.limit),
    'ratelimit-remaining': '0',
    ...(retryAfterSeconds === undefined ? {} : { 'ratelimit-reset': String(retryAfterSeconds) }),
  };
}

/** Returns advice if a client might draw the wrong conclusion from the status alone. */
function retryAdvice({ status, retryHelps }: AppError): string | undefined {
  if (status > 401 && !retryHelps) return 'false';
  return status === 409 ? 'true' : undefined;
}

function operationOf(request: FastifyRequest): RouteDefinition | undefined {
  const { operation, forwards } = request.routeOptions.config;
  return operation ?? forwards;
}

function pathOf(request: FastifyRequest): string {
  return withoutQuery(request.url);
}

function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
