import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
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

/** Whose pages may read an answer, the edge alone says: another word for it would let in everybody. */
const endsHereOnTheWayBack = new Set([
  ...hopByHop,
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
  'access-control-max-age',
]);

/** The client's headers as a service may see them, names and values in turn; with `body` false, without its length. */
export function headersToService(headers: IncomingHttpHeaders, body: boolean): string[] {
  const named = namedByConnection(headers.connection);
  const passed: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || endsHere.has(name) || named?.includes(name)) continue;
    if (name === 'content-length' && !body) continue;
    if (typeof value === 'string') passed.push(name, value);
    else for (const one of value) passed.push(name, one);
  }
  return passed;
}

/** A service's headers as the client may see them, in front of `own` ones of the same name. */
export function headersToClient(headers: IncomingHttpHeaders, own: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const named = namedByConnection(headers.connection);
  const { vary } = own;
  for (const name in headers) {
    if (!endsHereOnTheWayBack.has(name) && !named?.includes(name)) own[name] = headers[name];
  }
  // The answer depends on what either side says: a cache must look at both.
  if (vary !== undefined && headers.vary !== undefined) own.vary = [String(vary), headers.vary].join(', ');
  return own;
}

/** A message may name more headers that are about its connection alone. */
function namedByConnection(connection: string | undefined): readonly string[] | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return connection
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
}
