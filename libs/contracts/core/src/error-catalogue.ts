/** What the world is told when something fails. Nothing in here may name internals. */
export interface ErrorDefinition {
  readonly status: number;
  /** Short title: the envelope's `error`. */
  readonly title: string;
  /** What the caller can do about it: the envelope's `message` unless the thrower knows better. */
  readonly message: string;
  /** False where the same request can never succeed by being sent again soon; clients see `x-should-retry: false`. */
  readonly retryHelps: boolean;
}

/** The closed list of error codes. `docs/errors.md` is generated from it. */
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
    message: 'The request did not arrive completely: send it again.',
    retryHelps: true,
  },
  BUDGET_EXCEEDED: {
    status: 402,
    title: 'Budget exceeded',
    message: 'This call could cost more than what is left of your budget for the period.',
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
    message: 'There is no such resource, or it is not yours.',
    retryHelps: false,
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed',
    message: 'The path is there, but not for this method: the header allow names those that it has.',
    retryHelps: false,
  },
  CONFLICT: {
    status: 409,
    title: 'Conflict',
    message: 'The resource has changed since you read it: read it again and repeat your change.',
    retryHelps: false,
  },
  IDEMPOTENCY_IN_FLIGHT: {
    status: 409,
    title: 'Request in flight',
    message: 'A request with the same idempotency key is still running: retry after it has finished.',
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
    message: 'This idempotency key belongs to a different request: use a new key.',
    retryHelps: false,
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Rate limit exceeded',
    message: 'You have sent too many requests: wait for the time named in retryAfter.',
    retryHelps: true,
  },
  PROVIDER_RATE_LIMITED: {
    status: 429,
    title: 'LLM providers are rate limiting',
    message: 'Every provider refused the call because of its own limits: retry later.',
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
    message: 'Something went wrong on our side. Quote the request id if you report it.',
    retryHelps: true,
  },
  LLM_BAD_RESPONSE: {
    status: 502,
    title: 'Failed to parse LLM response',
    message: 'The model gave an answer that cannot be used: try again or choose another model.',
    retryHelps: true,
  },
  LLM_UNAVAILABLE: {
    status: 503,
    title: 'All LLM providers unavailable',
    message: 'No provider could serve the call: retry later.',
    retryHelps: false,
  },
  DEPENDENCY_UNAVAILABLE: {
    status: 503,
    title: 'Dependency unavailable',
    message: 'A part of the platform cannot be reached: retry later.',
    retryHelps: true,
  },
  OVERLOADED: {
    status: 503,
    title: 'Overloaded',
    message: 'The service is at its capacity: retry later.',
    retryHelps: true,
  },
  LLM_TIMEOUT: {
    status: 504,
    title: 'LLM request timeout',
    message: 'No provider answered in time: retry, or ask for a shorter answer.',
    retryHelps: false,
  },
  DEADLINE_EXCEEDED: {
    status: 504,
    title: 'Request timeout',
    message: 'The request did not finish within its time.',
    retryHelps: true,
  },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errorCatalogue;

export const errorCodes = Object.keys(errorCatalogue) as ErrorCode[];

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCatalogue, value);
}
