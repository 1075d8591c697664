import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import {
  AppError,
  canStream,
  type ErrorCode,
  headers,
  isInternal,
  type RouteDefinition,
  toErrorEnvelope,
} from '@valuecanvas/contracts-core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { drainSocket } from './drain-request-body.ts';

/** Returns the methods that a path allows, as the header `allow` lists them, or '' if the path does not exist. */
export type AllowedMethods = (path: string) => string;

/** Considers public routes only, so that internal ones are not disclosed. */
export function createAllowedMethods(routes: readonly RouteDefinition[]): AllowedMethods {
  return (path) => {
    const asked = path.split('/');
    const found = routes.filter((route) => fits(route.path.split('/'), asked) && !isInternal(route));
    return [...new Set(found.flatMap(methodsOf))].sort().join(', ');
  };
}

/** Streams do not support HEAD: a stream is not started for its head alone. */
export function methodsOf(route: RouteDefinition): readonly string[] {
  return route.method === 'GET' && !canStream(route) ? ['GET', 'HEAD'] : [route.method];
}

/** Matches as the router does: a parameter is any non-empty text, except `:name*`, which is the rest of the path. */
function fits(pattern: readonly string[], asked: readonly string[]): boolean {
  const takesRest = pattern.at(-1)?.endsWith('*') === true;
  if (takesRest ? asked.length < pattern.length : asked.length !== pattern.length) return false;
  return pattern.every((segment, at) => {
    if (segment.startsWith(':')) return segment.endsWith('*') || asked[at] !== '';
    return segment === asked[at];
  });
}

/** Path that no route and no prefix matches. */
const nowhere = '/malformed-url';

/**
 * Rewrites a path that cannot be decoded to one that matches no route, so that the request is counted, limited and
 * logged like any other. Fastify would reject it before any hook runs.
 */
export function routedUrl({ url = '/' }: IncomingMessage): string {
  return isDecodable(url) ? url : nowhere;
}

/** Returns true if the path of the request could not be decoded. */
export function isMalformed({ url, originalUrl }: FastifyRequest): boolean {
  return url === nowhere && originalUrl !== url;
}

export function malformedUrl(): AppError {
  return new AppError('VALIDATION_FAILED', { message: 'The URL is malformed.' });
}

function isDecodable(url: string): boolean {
  if (!url.includes('%')) return true;
  try {
    decodeURI(url.split('?', 1)[0] ?? url);
    return true;
  } catch {
    return false;
  }
}

/** Answers requests that Fastify rejects before routing, such as one with a parameter that is too long. */
export function answerUnroutable(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const error = malformedUrl();
  reply
    .code(error.status)
    .header(headers.requestId, request.id)
    .header('x-content-type-options', 'nosniff')
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(toErrorEnvelope(error, request.id));
}

const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** Answers bytes that are not valid HTTP. There is no request, so the response is written to the socket. */
export function answerUnreadable({ code = '' }: Error & { code?: string }, socket: Socket): void {
  // Further bytes after an answer are drained.
  if (socket.destroyed || socket.writableEnded) return;
  if (!socket.writable || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const error = new AppError(codes[code] ?? 'VALIDATION_FAILED', {
    ...(codes[code] ? {} : { message: 'The request is not valid HTTP.' }),
  });
  const requestId = uuidv7();
  const body = JSON.stringify(toErrorEnvelope(error, requestId));
  socket.end(
    [
      `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
      'content-type: application/json; charset=utf-8',
      'x-content-type-options: nosniff',
      `content-length: ${Buffer.byteLength(body)}`,
      `${headers.requestId}: ${requestId}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  drainSocket(socket);
}
