/** Public description of an error. Must not disclose internals. */
export interface ErrorDefinition {
  readonly status: number;
  /** Short title, sent as the envelope's `error`. */
  readonly title: string;
  /** Advice to the caller, sent as the envelope's `message` unless the thrown error has its own. */
  readonly message: string;
  /**
   * False if the same request cannot succeed soon. Clients then get `x-should-retry: false`, unless the error has a retry delay of
   * at most a minute.
   */
  readonly retryHelps: boolean;
}

/** Closed list of error codes, from which `docs/errors.md` is generated. */
export const errorCatalogue = {
  VALIDATION_FAILED: {
    status: 400,
    title: 'Validation failed',
    message: 'Correct the fields named in details and send the request again.',
    retryHelps: false,
  },
  UNAUTHENTICATED: {
    status: 401,
    title: 'Authentication required',
    message: 'Send a valid access token as "Authorization: Bearer <token>".',
    retryHelps: false,
  },
  REQUEST_TIMEOUT: {
    status: 408,
    title: 'Request not received in time',
    message: 'The request did not arrive completely. Send it again.',
    retryHelps: true,
  },
  BUDGET_EXCEEDED: {
    status: 402,
    title: 'Budget exceeded',
    message: 'This call could cost more than the rest of your budget for the period.',
    retryHelps: false,
  },
  FORBIDDEN: {
    status: 403,
    title: 'Forbidden',
    message: 'Your role or API key does not hold the permission that this operation requires.',
    retryHelps: false,
  },
  CSRF_FAILED: {
    status: 403,
    title: 'CSRF check failed',
    message: 'Send the CSRF token of your session as x-csrf-token.',
    retryHelps: false,
  },
  NOT_FOUND: {
    status: 404,
    title: 'Not found',
    message: 'The resource does not exist, or you have no access to it.',
    retryHelps: false,
  },
  MODEL_NOT_FOUND: {
    status: 404,
    title: 'Model not found',
    message: 'No provider serves the model. GET /v1/models lists the available models.',
    retryHelps: false,
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed',
    message: 'This path does not support the method. The header allow lists the methods that it supports.',
    retryHelps: false,
  },
  CONFLICT: {
    status: 409,
    title: 'Conflict',
    message: 'The resource has changed since you read it. Read it again and repeat your change.',
    retryHelps: false,
  },
  IDEMPOTENCY_IN_FLIGHT: {
    status: 409,
    title: 'Request in flight',
    message: 'A request with the same idempotency key is still running. Retry after it has finished.',
    retryHelps: true,
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'Payload too large',
    message: 'Send a smaller body.',
    retryHelps: false,
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'Unsupported media type',
    message: 'Send the body as application/json.',
    retryHelps: false,
  },
  UNPROCESSABLE: {
    status: 422,
    title: 'Unprocessable',
    message: 'The request is well formed but cannot be carried out.',
    retryHelps: false,
  },
  IDEMPOTENCY_MISMATCH: {
    status: 422,
    title: 'Idempotency key reused',
    message: 'This idempotency key belongs to a different request. Use a new key.',
    retryHelps: false,
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Rate limit exceeded',
    message: 'You have sent too many requests. Wait for the number of seconds in retryAfter.',
    retryHelps: true,
  },
  PROVIDER_RATE_LIMITED: {
    status: 429,
    title: 'Rate limit exceeded',
    message: 'Every provider rejected the call because of its own rate limits. Retry later.',
    retryHelps: false,
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    title: 'Headers too large',
    message: 'Send fewer or shorter headers, or a shorter URL.',
    retryHelps: false,
  },
  INTERNAL_ERROR: {
    status: 500,
    title: 'Internal error',
    message: 'The platform failed unexpectedly. Include the request id in a bug report.',
    retryHelps: true,
  },
  LLM_BAD_RESPONSE: {
    status: 502,
    title: 'Failed to parse LLM response',
    message: 'The model returned an unusable answer. Try again or choose another model.',
    retryHelps: true,
  },
  LLM_UNAVAILABLE: {
    status: 503,
    title: 'All LLM providers unavailable',
    message: 'No provider could serve the call. Retry later.',
    retryHelps: false,
  },
  DEPENDENCY_UNAVAILABLE: {
    status: 503,
    title: 'Dependency unavailable',
    message: 'A part of the platform is unavailable. Retry later.',
    retryHelps: true,
  },
  OVERLOADED: {
    status: 503,
    title: 'Overloaded',
    message: 'The service is at capacity. Retry later.',
    retryHelps: true,
  },
  LLM_TIMEOUT: {
    status: 504,
    title: 'LLM request timeout',
    message: 'No provider answered in time. Retry, or request a shorter answer.',
    retryHelps: false,
  },
  DEADLINE_EXCEEDED: {
    status: 504,
    title: 'Request timeout',
    message: 'The request did not finish before its deadline.',
    retryHelps: true,
  },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errorCatalogue;

export const errorCodes = Object.keys(errorCatalogue) as ErrorCode[];

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCatalogue, value);
}
