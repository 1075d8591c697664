import { AppError } from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';

const maxIdempotencyKeyLength = 255;

/** A segment `.` or `..`, however it is written: where it leads would depend on who resolves it. */
const dotSegment = /\/(?:\.|%2e){1,2}(?=[/?#]|$)/i;

/** Throws the AppError for what no service needs to see. */
export function checkForwardable({ url, headers }: FastifyRequest): void {
  if (dotSegment.test(url.split('?', 1)[0] ?? url)) throw new AppError('NOT_FOUND');
  const idempotencyKey = headers['idempotency-key'];
  if (idempotencyKey !== undefined && idempotencyKey.length > maxIdempotencyKeyLength) {
    const message = `must not be longer than ${maxIdempotencyKeyLength} characters`;
    throw new AppError('VALIDATION_FAILED', { details: [{ path: 'idempotency-key', message }] });
  }
}

/** Path and query of a request target, which proxies may send with an origin in front (RFC 9112, section 3.2.2). */
export function targetOf(url: string): string {
  if (url.startsWith('/')) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}
