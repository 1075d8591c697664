import { AppError, publicHeaders } from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';

const pattern = /^[\x21-\x7e]{1,255}$/;

/** The key by which a client names its request, if it does; throws VALIDATION_FAILED where it is not fit for one. */
export function idempotencyKeyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers[publicHeaders.idempotencyKey];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && pattern.test(key)) return key;
  const message = 'must be 1 to 255 visible ASCII characters';
  throw new AppError('VALIDATION_FAILED', { details: [{ path: publicHeaders.idempotencyKey, message }] });
}
