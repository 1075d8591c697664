import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, type ErrorCode, headers, toErrorEnvelope } from '@valuecanvas/contracts-core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { malformedUrl } from './malformed-url.ts';

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
  if (socket.destroyed) return;
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
}
