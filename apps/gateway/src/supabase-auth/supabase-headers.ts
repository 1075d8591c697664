import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';

/** What Supabase Auth reads; cookies, our own headers and whatever a proxy has added end at the edge. */
const passedOn = [
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

/** What Supabase Auth says to its clients; which pages may read it and what browsers must do, the edge says. */
const passedBack = [
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

/** The client's headers as Supabase may see them, with the address of the client itself. */
export function headersToSupabase(
  { headers, ip }: FastifyRequest,
  anonKey: string | undefined,
): Record<string, string> {
  const passed = chosen(headers, passedOn) as Record<string, string>;
  if (anonKey !== undefined) passed.apikey ??= anonKey;
  return { ...passed, 'x-forwarded-for': ip };
}

/** Supabase's headers as the client may see them. */
export function headersFromSupabase(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return chosen(headers, passedBack);
}

function chosen(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}
