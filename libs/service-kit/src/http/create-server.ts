import { headers } from '@valuecanvas/contracts-core';
import Fastify, { type FastifyInstance } from 'fastify';
import { createIds } from '../ids.ts';
import { installJsonParser } from './json-parser.ts';
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
