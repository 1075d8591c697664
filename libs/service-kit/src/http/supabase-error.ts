import type { AppError } from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';

/** From this version of Supabase's API on, `code` is the word for programs; before, it is the status. */
const wordsSince = '2024-01-01';

/** Codes of Supabase Auth for what the frame itself refuses. */
const codes: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'bad_jwt',
  FORBIDDEN: 'not_admin',
  RATE_LIMITED: 'over_request_rate_limit',
  DEADLINE_EXCEEDED: 'request_timeout',
  INTERNAL_ERROR: 'unexpected_failure',
};

/** A failure as Supabase Auth words it to a client of the version that the request names. */
export function toSupabaseError(
  { status, code, message, details, extra, retryAfterSeconds: retryAfter }: AppError,
  request: FastifyRequest,
): { readonly body: object; readonly headers: Readonly<Record<string, string>> } {
  const { error_code = codes[code] ?? code.toLowerCase(), ...more } = extra as { error_code?: string };
  const wait = retryAfter === undefined ? {} : { retryAfter };
  const rest = { ...(details === undefined ? {} : { details }), ...wait, ...more };
  const headers = { 'x-sb-error-code': error_code };
  const version = request.headers['x-supabase-api-version'];
  return typeof version === 'string' && version >= wordsSince
    ? {
        body: { code: error_code, message, ...rest },
        headers: { ...headers, 'x-supabase-api-version': wordsSince },
      }
    : { body: { code: status, error_code, msg: message, ...rest }, headers };
}
