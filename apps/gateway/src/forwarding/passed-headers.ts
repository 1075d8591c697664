import type { IncomingHttpHeaders } from 'node:http';
import { headers as names } from '@valuecanvas/contracts-core';

/** Headers about one connection, not about the message (RFC 9110, section 7.6.1). */
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
 * What ends at the edge: credentials, which the signed identity replaces; what only the edge may say (client address,
 * trace); and what each connection says anew.
 */
const endsHere = new Set([
  ...hopByHop,
  'authorization',
  'cookie',
  'x-api-key',
  'x-csrf-token',
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

const endsHereOnTheWayBack = new Set(hopByHop);

/** The client's headers as a service may see them; with `body` false, without those that describe one. */
export function headersToService(
  headers: IncomingHttpHeaders,
  body: boolean,
): Record<string, string | string[]> {
  const passed = pass(headers, endsHere);
  if (!body) delete passed['content-length'];
  return passed;
}

/** A service's headers as the client may see them. */
export function headersToClient(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return pass(headers, endsHereOnTheWayBack);
}

/** A message may name more headers that are about its connection alone. */
function pass(
  headers: IncomingHttpHeaders,
  stripped: ReadonlySet<string>,
): Record<string, string | string[]> {
  const named = headers.connection
    ?.toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const passed: Record<string, string | string[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !stripped.has(name) && !named?.includes(name)) passed[name] = value;
  }
  return passed;
}
