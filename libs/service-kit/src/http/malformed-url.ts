import type { IncomingMessage } from 'node:http';
import { AppError } from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';

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
