import { AppError, maxIdempotencyKeyLength, publicHeaders } from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';

/** A segment `.` or `..`, encoded or not: its target would depend on the component that resolves it. */
const dotSegment = /\/(?:\.|%2e){1,2}(?=[/?#]|$)/i;

/** Throws the AppError for a request that is refused before it is forwarded. */
export function assertForwardable({ url, headers }: FastifyRequest): void {
  if (dotSegment.test(url.split('?', 1)[0] ?? url)) throw new AppError('NOT_FOUND');
  const idempotencyKey = headers[publicHeaders.idempotencyKey];
  if (idempotencyKey !== undefined && idempotencyKey.length > maxIdempotencyKeyLength) {
    const message = `must not be longer than ${maxIdempotencyKeyLength} characters`;
    throw new AppError('VALIDATION_FAILED', { details: [{ path: publicHeaders.idempotencyKey, message }] });
  }
}

/** Path and query of a request target, which a proxy may send in absolute form (RFC 9112, section 3.2.2). */
export function targetOf(url: string): string {
  if (url.startsWith('/')) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}
