import type { IncomingMessage } from 'node:http';
import { AppError } from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';

/** No route has it, and no prefix. */
const nowhere = '/malformed-url';

/**
 * Where a request goes whose path cannot be decoded: nowhere, but by the way of all others, so that it is counted,
 * limited and logged like them. Fastify would answer it before any hook.
 */
export function routedUrl({ url = '/' }: IncomingMessage): string {
  return isDecodable(url) ? url : nowhere;
}

/** Whether a request has been sent nowhere. */
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
