import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';

/** The largest request body accepted, in bytes: room for a long prompt with a few images in it. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * Hands the whole body to `done`, or an ApiError 413 once it grows past MAX_BODY_BYTES.
 * It uses callbacks instead of a promise because benchmarks call it for every request. Neither callback runs if the
 * client disconnects while it sends.
 */
export function readBody(request: IncomingMessage, done: (body: Buffer | ApiError) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else if (size - chunk.length <= MAX_BODY_BYTES) done(tooLarge());
  });
  request.on('end', () => {
    if (size > MAX_BODY_BYTES) return;
    done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
  });
}

function tooLarge(): ApiError {
  return new ApiError(413, `The request body is larger than ${MAX_BODY_BYTES} bytes; send a shorter one.`, {
    code: 'request_too_large',
  });
}
