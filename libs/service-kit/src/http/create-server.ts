import { headers } from '@valuecanvas/contracts-core';
import Fastify, { type FastifyInstance } from 'fastify';
import { createIds } from '../ids.ts';
import { installJsonParser } from './json-parser.ts';
import { routedUrl } from './malformed-url.ts';
import { answerUnreadable, answerUnroutable } from './unroutable.ts';
import { validatorCompiler } from './validation.ts';

/** A request id that a caller may choose: nothing that could break a log line or a header. */
const requestIdPattern = /^[A-Za-z0-9._-]{8,128}$/;

/** Milliseconds that a client may take to send a whole request. */
const requestTimeoutMs = 30_000;

/** Milliseconds between two looks for clients that are too slow; by Node's own 30 s each limit could be twice as long. */
const slowClientsCheckMs = 5_000;

/** Longer than the 60 s for which load balancers keep idle connections, so that they are the ones who close them. */
const keepAliveTimeoutMs = 65_000;

/**
 * The only place that creates Fastify, so that every service has the same limits. `trustedProxies` are the addresses
 * whose x-forwarded-for is believed.
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
  // Node tells an aborted request's error if anybody listened when it broke; who reads the body may have left by then.
  app.server.on('request', (request) => request.on('error', () => undefined));
  app.setValidatorCompiler(validatorCompiler);
  installJsonParser(app);
  return app;
}
