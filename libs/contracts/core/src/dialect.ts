import type { TSchema } from 'typebox';
import type { AppError } from './app-error.ts';
import { ErrorEnvelope, toErrorEnvelope } from './error-envelope.ts';

/** Parts of a request on which the format of its error may depend. */
export interface FailedRequest {
  readonly id: string;
  /** Path and query as the client sent them. */
  readonly originalUrl: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Error in the format of a dialect. The status and the common headers are the same in all dialects. */
export interface WordedError {
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Wire format of a route: the shape of its errors and the credentials that its clients send. */
export interface Dialect {
  /** Lower-case name. Prefixes the names of its errors in the OpenAPI document. */
  readonly name: string;
  /** Schema of an error body. */
  readonly errorSchema: TSchema;
  toError(error: AppError, request: FailedRequest): WordedError;
  /** False if its clients never send the session cookie, so that the edge ignores one. */
  readonly hasCookies: boolean;
  /** Header in which its clients send an API key. */
  readonly apiKeyHeader: 'authorization' | 'x-api-key';
  /** True if some of its clients send an API key in the header `api-key`, as Azure's do. */
  readonly hasAzureApiKey?: boolean;
  /** True if no request of the dialect changes anything, so that a POST needs no CSRF token. */
  readonly isSafe: boolean;
}

/** The platform's own dialect, used by routes that declare none. */
export const ownDialect: Dialect = {
  name: 'valuecanvas',
  errorSchema: ErrorEnvelope,
  toError: (error, { id }) => ({ body: toErrorEnvelope(error, id) }),
  hasCookies: true,
  apiKeyHeader: 'authorization',
  isSafe: false,
};
