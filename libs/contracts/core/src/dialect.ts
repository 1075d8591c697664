import type { TSchema } from 'typebox';
import type { AppError } from './app-error.ts';
import { ErrorEnvelope, toErrorEnvelope } from './error-envelope.ts';

/** The parts of a request on which the wording of its failure may depend. */
export interface FailedRequest {
  readonly id: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** A failure as a protocol words it. The status and the common headers are the same in all. */
export interface WordedError {
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The protocol that a route speaks: how its failures look, and what its clients send. */
export interface Dialect {
  /** Lower-case name; prefixes the names of its failures in the OpenAPI document. */
  readonly name: string;
  /** The body of a failure. */
  readonly errorSchema: TSchema;
  toError(error: AppError, request: FailedRequest): WordedError;
  /** False where its clients never send our session cookie, so that the edge ignores one. */
  readonly hasCookies: boolean;
  /** The header in which its clients send an API key. */
  readonly apiKeyHeader: 'authorization' | 'x-api-key';
  /** True where no request of the protocol changes anything, so that a POST needs no CSRF token. */
  readonly isSafe: boolean;
}

/** Our own: the dialect of a route that names none. */
export const ownDialect: Dialect = {
  name: 'valuecanvas',
  errorSchema: ErrorEnvelope,
  toError: (error, { id }) => ({ body: toErrorEnvelope(error, id) }),
  hasCookies: true,
  apiKeyHeader: 'authorization',
  isSafe: false,
};
