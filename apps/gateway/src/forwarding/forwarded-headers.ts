import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { internalHeaderPrefix, headers as names } from '@valuecanvas/contracts-core';
import { csrfTokenHeader } from '@valuecanvas/contracts-gateway';
import type { onRequestHookHandler } from 'fastify';
import { rateLimitHeaders } from '../rate-limits/rate-limits.ts';

/** Headers that concern one connection and not the message (RFC 9110, section 7.6.1). */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * Request headers that are not forwarded: credentials, which the signed identity replaces, the client address and trace,
 * which only the edge may set, and headers of one connection.
 */
const notForwarded = new Set([
  ...hopByHop,
  'authorization',
  'cookie',
  'x-api-key',
  'api-key',
  csrfTokenHeader,
  'host',
  'expect',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'traceparent',
  'tracestate',
  'baggage',
  names.requestId,
]);

/** Response headers that are not relayed. Only the edge decides on CORS: a header of a service could allow any origin. */
const notRelayed = new Set([
  ...hopByHop,
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
  'access-control-max-age',
]);

/** Removes internal headers from client requests, because the services behind the gateway trust them. */
export const stripInternalHeaders: onRequestHookHandler = ({ headers }, _reply, done) => {
  for (const name in headers) {
    if (name.startsWith(internalHeaderPrefix)) delete headers[name];
  }
  done();
};

/** Returns the headers to forward, as alternating names and values. Omits the content length if there is no body. */
export function headersToService(headers: IncomingHttpHeaders, body: boolean): string[] {
  const named = namedByConnection(headers.connection);
  const passed: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || notForwarded.has(name) || named?.includes(name)) continue;
    if (name === 'content-length' && !body) continue;
    if (typeof value === 'string') passed.push(name, value);
    else for (const one of value) passed.push(name, one);
  }
  return passed;
}

/** Returns the headers to relay to the client. Headers of the service override `own` headers of the same name. */
export function headersToClient(
  status: number,
  headers: IncomingHttpHeaders,
  own: OutgoingHttpHeaders,
): OutgoingHttpHeaders {
  const named = namedByConnection(headers.connection);
  // A limit behind the gateway was exceeded. What remains of the gateway's limit would mislead the client.
  if (status === 429) for (const name of rateLimitHeaders) delete own[name];
  const { vary } = own;
  for (const name in headers) {
    if (!notRelayed.has(name) && !named?.includes(name)) own[name] = headers[name];
  }
  // The response varies by the headers that either side names, so a cache must consider both.
  if (vary !== undefined && headers.vary !== undefined) own.vary = [String(vary), headers.vary].join(', ');
  return own;
}

/** Returns the further hop-by-hop headers that a message names in its connection header. */
function namedByConnection(connection: string | undefined): readonly string[] | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return connection
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
}
