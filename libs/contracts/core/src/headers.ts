/**
 * Headers between the platform's services. The gateway removes all `x-vc-` headers from external requests, so a service
 * behind it may trust them.
 */
export const internalHeaderPrefix = 'x-vc-';

export const headers = {
  requestId: 'x-request-id',
  /** Signed internal token with the principal of the request. */
  identity: 'x-vc-identity',
  /** Milliseconds until the caller's deadline. */
  deadline: 'x-vc-deadline-ms',
  /** Id of the operation with which the request entered the platform. */
  operation: 'x-vc-operation',
  /** Id of the job that makes the request. */
  job: 'x-vc-job',
  /** `true` if only a stored answer is wanted, as in `CallContext.storedAnswerOnly`. */
  storedAnswerOnly: 'x-vc-stored-answer-only',
} as const;

/** Maximum number of characters of an idempotency key. */
export const maxIdempotencyKeyLength = 255;

/** A regular expression for idempotency keys: visible ASCII characters. */
export const idempotencyKeyPattern = `^[\\x21-\\x7e]{1,${maxIdempotencyKeyLength}}$`;

/** Headers of the public API. */
export const publicHeaders = {
  /** Client's name for one request and all its repetitions, 1 to 255 visible characters. */
  idempotencyKey: 'idempotency-key',
  /** `true` on a stored response that is replayed for a repeated request. */
  idempotentReplayed: 'idempotent-replayed',
  /** The reason for a change, kept in the audit log. */
  auditReason: 'x-audit-reason',
} as const;
