import { isUtf8 } from 'node:buffer';
import { AppError } from '@valuecanvas/contracts-core';
import type { FastifyContextConfig, FastifyInstance } from 'fastify';

const unstorable = 'Text must not contain the NUL character or half of a surrogate pair.';

/**
 * Installs Fastify's JSON parser, which rejects prototype poisoning, behind a check for bytes that are not UTF-8 and
 * for text that PostgreSQL cannot store.
 */
export function installJsonParser(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  // Fastify accepts plain text by default. Here every other media type is unsupported.
  app.removeAllContentTypeParsers();
  app.decorateRequest('bodyText', undefined);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    // Decoding would replace each invalid byte, so the stored text would differ from the text that was sent.
    if (!isUtf8(bytes)) {
      done(refused('The body is not valid UTF-8.'), undefined);
      return;
    }
    const text = bytes.toString();
    // The internal port has no contract routes and therefore no such configuration.
    const config = request.routeConfig as FastifyContextConfig | undefined;
    if (config?.operation?.idempotent) request.bodyText = text;
    // Many clients send a content type by default, even without a body.
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

/** Finds NUL and lone surrogates. They arrive only as escapes: UTF-8 has no surrogates and JSON has no raw NUL. */
function isStorable(document: unknown): boolean {
  const waiting = [document];
  // The list grows during iteration. Recursion would overflow the stack on deeply nested documents.
  for (const value of waiting) {
    if (typeof value === 'string') {
      if (value.includes('\0') || !value.isWellFormed()) return false;
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) waiting.push(name, inner);
    }
  }
  return true;
}
