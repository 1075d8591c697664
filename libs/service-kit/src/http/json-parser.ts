import { AppError } from '@valuecanvas/contracts-core';
import type { FastifyContextConfig, FastifyInstance } from 'fastify';

/**
 * Escapes that are legal in JSON and that PostgreSQL can store in no text: NUL, and half a surrogate pair. A backslash
 * that is escaped itself does not begin one. Unescaped, neither can arrive: UTF-8 has no surrogates, JSON no raw NUL.
 */
const unstorable =
  /(?<!\\)(?:\\\\)*\\u(?:0000|d[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2}\\u)d[c-f][0-9a-f]{2})/i;

/** Fastify's own JSON parser (which refuses prototype poisoning), after a look for what no store can take. */
export function installJsonParser(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  // Everything else is an unsupported media type; Fastify would take plain text as well.
  app.removeAllContentTypeParsers();
  app.decorateRequest('bodyText', undefined);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body as string;
    // The internal port has no routes of a contract, and so no configuration to look at.
    const config = request.routeConfig as FastifyContextConfig | undefined;
    if (config?.operation?.idempotent) request.bodyText = text;
    // Clients often name a content type out of habit, with nothing to send and nothing asked for.
    if (text === '' && request.routeOptions.config.operation?.body === undefined) done(null, undefined);
    else if (text.includes('\\u') && unstorable.test(text)) done(unstorableText(), undefined);
    else void parse(request, text, done);
  });
}

function unstorableText(): AppError {
  const message = 'Text must not contain the NUL character or half of a surrogate pair.';
  return new AppError('VALIDATION_FAILED', { message, details: [{ path: '', message }] });
}
