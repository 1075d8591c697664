import { isUtf8 } from 'node:buffer';
import { AppError } from '@valuecanvas/contracts-core';
import type { FastifyContextConfig, FastifyInstance } from 'fastify';

const unstorable = 'Text must not contain the NUL character or half of a surrogate pair.';

/** Fastify's own JSON parser (which refuses prototype poisoning), after a look for what no text is, or no store can take. */
export function installJsonParser(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  // Everything else is an unsupported media type; Fastify would take plain text as well.
  app.removeAllContentTypeParsers();
  app.decorateRequest('bodyText', undefined);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    // Read as text, each wrong byte would become the same sign: what is stored is not what was sent.
    if (!isUtf8(bytes)) {
      done(refused('The body is not valid UTF-8.'), undefined);
      return;
    }
    const text = bytes.toString();
    // The internal port has no routes of a contract, and so no configuration to look at.
    const config = request.routeConfig as FastifyContextConfig | undefined;
    if (config?.operation?.idempotent) request.bodyText = text;
    // Clients often name a content type out of habit, with nothing to send and nothing asked for.
    if (text === '' && request.routeOptions.config.operation?.body === undefined) done(null, undefined);
    else {
      void parse(request, text, (error, value) => {
        if (error) done(error, undefined);
        else if (text.includes('\\u') && !isStorable(value)) done(refused(unstorable), undefined);
        else done(null, value);
      });
    }
  });
}

function refused(message: string): AppError {
  return new AppError('VALIDATION_FAILED', { message, details: [{ path: '', message }] });
}

/** PostgreSQL can keep neither in any text. Both come as escapes alone: UTF-8 has no surrogates, JSON no raw NUL. */
function isStorable(document: unknown): boolean {
  const waiting = [document];
  // Grows while it is gone through: a document may be nested more deeply than calls can be.
  for (const value of waiting) {
    if (typeof value === 'string') {
      if (value.includes('\0') || !value.isWellFormed()) return false;
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) waiting.push(name, inner);
    }
  }
  return true;
}
