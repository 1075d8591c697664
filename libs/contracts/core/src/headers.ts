/**
 * Headers between our own processes. Everything that begins with `x-vc-` is removed from requests that come
 * from outside, so an inner service may trust what it receives there.
 */
export const internalHeaderPrefix = 'x-vc-';

export const headers = {
  requestId: 'x-request-id',
  /** The signed internal token that says for whom a request acts. */
  identity: 'x-vc-identity',
  /** Milliseconds that the caller still waits. */
  deadline: 'x-vc-deadline-ms',
  /** Id of the operation at which the platform was entered. */
  operation: 'x-vc-operation',
  /** Id of the job on whose behalf a request is made. */
  job: 'x-vc-job',
} as const;

/** Most characters of an idempotency key. */
export const maxIdempotencyKeyLength = 255;

/** A regular expression for idempotency keys: visible ASCII characters. */
export const idempotencyKeyPattern = `^[\\x21-\\x7e]{1,${maxIdempotencyKeyLength}}$`;

/** Headers that clients of the platform know. */
export const publicHeaders = {
  /** 1 to 255 visible characters with which a client names one request, however often it sends it. */
  idempotencyKey: 'idempotency-key',
  /** `true` on an answer that was stored when the same request was made before. */
  idempotentReplayed: 'idempotent-replayed',
} as const;
