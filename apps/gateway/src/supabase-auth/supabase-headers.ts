import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';

/** Request headers that Supabase Auth reads. Cookies, internal headers and proxy headers are not forwarded. */
const forwardedHeaders = [
  'accept',
  'accept-encoding',
  'accept-language',
  'apikey',
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'origin',
  'referer',
  'user-agent',
  'x-client-info',
  'x-supabase-api-version',
];

/** Response headers that Supabase's clients read. CORS and security headers are set by the edge. */
const relayedHeaders = [
  'cache-control',
  'content-encoding',
  'content-length',
  'content-type',
  'etag',
  'link',
  'location',
  'retry-after',
  'www-authenticate',
  'x-sb-error-code',
  'x-supabase-api-version',
  'x-total-count',
];

/** Returns the headers to forward, with the address of the client. */
export function headersToSupabase(
  { headers, ip }: FastifyRequest,
  anonKey: string | undefined,
): Record<string, string> {
  const passed = pick(headers, forwardedHeaders) as Record<string, string>;
  if (anonKey !== undefined) passed.apikey ??= anonKey;
  return { ...passed, 'x-forwarded-for': ip };
}

/** Returns the headers to relay to the client. */
export function headersFromSupabase(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return pick(headers, relayedHeaders);
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}
