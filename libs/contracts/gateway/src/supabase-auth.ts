import type { AppError, Dialect, FailedRequest, WordedError } from '@valuecanvas/contracts-core';
import Type from 'typebox';

const SupabaseError = Type.Object(
  {
    code: Type.Union([Type.Integer(), Type.String()], {
      description:
        'HTTP status. Machine-readable code instead if the request has x-supabase-api-version 2024-01-01 or later.',
    }),
    error_code: Type.Optional(
      Type.String({ description: 'Machine-readable code, in responses to earlier versions.' }),
    ),
    msg: Type.Optional(
      Type.String({ description: 'Human-readable explanation, in responses to earlier versions.' }),
    ),
    message: Type.Optional(
      Type.String({ description: 'Human-readable explanation, in responses to that version or later.' }),
    ),
  },
  {
    additionalProperties: true,
    title: 'SupabaseError',
    description: 'A failed request in the format of Supabase Auth.',
  },
);

/** From this version of Supabase's API on, `code` is machine-readable. In earlier versions it is the HTTP status. */
const machineCodesSince = '2024-01-01';

/** Supabase Auth's codes for errors that the service kit or the gateway produces. */
const codes: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'bad_jwt',
  FORBIDDEN: 'not_admin',
  RATE_LIMITED: 'over_request_rate_limit',
  DEADLINE_EXCEEDED: 'request_timeout',
  INTERNAL_ERROR: 'unexpected_failure',
};

/** The dialect of Supabase Auth, in the version that the request names. Its clients send no cookies. */
export const supabaseAuth: Dialect = {
  name: 'supabase',
  errorSchema: SupabaseError,
  toError: toSupabaseError,
  hasCookies: false,
  apiKeyHeader: 'authorization',
  isSafe: false,
};

function toSupabaseError(
  { status, code, message, details, extra, retryAfterSeconds: retryAfter }: AppError,
  request: FailedRequest,
): WordedError {
  const { error_code = codes[code] ?? code.toLowerCase(), ...more } = extra as { error_code?: string };
  const wait = retryAfter === undefined ? {} : { retryAfter };
  const rest = { ...(details === undefined ? {} : { details }), ...wait, ...more };
  const headers = { 'x-sb-error-code': error_code };
  const version = request.headers['x-supabase-api-version'];
  return typeof version === 'string' && version >= machineCodesSince
    ? {
        body: { code: error_code, message, ...rest },
        headers: { ...headers, 'x-supabase-api-version': machineCodesSince },
      }
    : { body: { code: status, error_code, msg: message, ...rest }, headers };
}
