import {
  AppError,
  idempotencyKeyPattern,
  maxIdempotencyKeyLength,
  publicHeaders,
} from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';

const pattern = new RegExp(idempotencyKeyPattern);

/** The idempotency key of a request, if it has one. Throws VALIDATION_FAILED for a malformed key. */
export function idempotencyKeyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers[publicHeaders.idempotencyKey];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && pattern.test(key)) return key;
  const message = `must be 1 to ${maxIdempotencyKeyLength} visible ASCII characters`;
  throw new AppError('VALIDATION_FAILED', { details: [{ path: publicHeaders.idempotencyKey, message }] });
}
