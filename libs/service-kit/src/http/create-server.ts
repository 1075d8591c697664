import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { AppError, headers } from '@valuecanvas/contracts-core';
import Fastify, { type FastifyBodyParser, type FastifyContextConfig, type FastifyInstance } from 'fastify';
import { createIds } from '../ids.ts';
import { answerUnreadable, answerUnroutable, routedUrl } from './no-route.ts';
import { validatorCompiler } from './validation.ts';

/** Request ids that a caller may choose: no characters that could break a log line or a header. */
const requestIdPattern = /^[A-Za-z0-9._-]{8,128}$/;

/** Time limit for receiving a whole request. */
const requestTimeoutMs = 30_000;

/** Interval between checks for clients that are too slow. With Node's default of 30 s, a limit could last twice as long. */
const slowClientsCheckMs = 5_000;

/** Longer than the 60 s for which load balancers keep idle connections, so that the load balancer closes them first. */
const keepAliveTimeoutMs = 65_000;

/**
 * Creates the Fastify instance of every service, so that all have the same limits. `trustedProxies` are the addresses
 * whose x-forwarded-for header is trusted.
 */
export function createServer(trustedProxies: readonly string[] = []): FastifyInstance {
  const newId = createIds();
  const app = Fastify({
    logger: false,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    requestIdHeader: false,
    genReqId: (request) => {
      const given = request.headers[headers.requestId];
      return typeof given === 'string' && requestIdPattern.test(given) ? given : newId();
    },
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: routedUrl,
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnreadable,
    routerOptions: { maxParamLength: 512 },
    http: {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 15_000,
      connectionsCheckingInterval: slowClientsCheckMs,
    },
  });
  // Node emits an aborted request's error if a listener existed when it broke. The body's reader may be gone by then.
  app.server.on('request', (request) => request.on('error', () => undefined));
  app.setValidatorCompiler(validatorCompiler);
  installJsonParser(app);
  return app;
}

const unstorable = 'Text must not contain the NUL character or half of a surrogate pair.';

/**
 * Installs Fastify's JSON parser, which rejects prototype poisoning, behind a check for bytes that are not UTF-8 and
 * for text that PostgreSQL cannot store.
 */
function installJsonParser(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  // Fastify accepts plain text by default. Here every other media type is unsupported.
  app.removeAllContentTypeParsers();
  app.decorateRequest('bodyText', undefined);
  const parseBody: FastifyBodyParser<Buffer> = (request, bytes, done) => {
    const coding = request.headers['content-encoding'];
    if (coding !== undefined && coding.toLowerCase() !== 'identity') {
      done(compressed(), undefined);
      return;
    }
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
  };
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, parseBody);
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    if (isUndeclaredJson(request.headers)) void parseBody(request, bytes, done);
    else done(new AppError('UNSUPPORTED_MEDIA_TYPE'), undefined);
  });
}

/**
 * A body without a content type is read as JSON, and so is one with the type that curl sends by default. Not from browsers:
 * they can send both types to other sites without a preflight request, and always with an Origin header.
 */
function isUndeclaredJson({ 'content-type': type, origin }: IncomingHttpHeaders): boolean {
  return origin === undefined && (!type || /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type));
}

/** Names the only accepted coding, as RFC 9110, section 15.5.16, asks for. */
function compressed(): AppError {
  return new AppError('UNSUPPORTED_MEDIA_TYPE', {
    message: 'Compressed request bodies are not supported. Send the body without content-encoding.',
    headers: { 'accept-encoding': 'identity' },
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
