import { AppError } from '@valuecanvas/contracts-core';
import type { FastifyInstance } from 'fastify';

/** NUL is legal in JSON, but PostgreSQL can store it in no text: better refused here than failed there. */
const nul = '\\u0000';

/** Fastify's own JSON parser (which refuses prototype poisoning), after a look for what no store can take. */
export function installJsonParser(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body as string;
    if (text.includes(nul)) done(nulInBody(), undefined);
    else parse(request, text, done);
  });
}

function nulInBody(): AppError {
  const message = 'Text must not contain the NUL character.';
  return new AppError('VALIDATION_FAILED', { message, details: [{ path: '', message }] });
}
