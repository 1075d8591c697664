import type { ErrorCode } from '@valuecanvas/contracts-core';

/** A refused field of a request. `path` is its place in the body, for example `businessDescription`. */
export interface FieldFault {
  readonly path: string;
  readonly message: string;
}

/** A failed request: the platform's error, or UNREACHABLE if no response arrived. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode | 'UNREACHABLE';
  /** HTTP status, or 0 without a response. */
  readonly status: number;
  readonly title: string;
  /** Identifies the request in the platform's logs. */
  readonly requestId: string | undefined;
  /** Seconds to wait before a repetition. */
  readonly retryAfter: number | undefined;
  /** False if the same request cannot succeed soon. */
  readonly retryHelps: boolean;
  /** Everything else in the envelope, for example `details`, `limit` and `resetsAt`. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(fields: {
    readonly code: ErrorCode | 'UNREACHABLE';
    readonly status: number;
    readonly title: string;
    readonly message: string;
    readonly requestId?: string | undefined;
    readonly retryAfter?: number | undefined;
    readonly retryHelps: boolean;
    readonly facts?: Readonly<Record<string, unknown>>;
    readonly cause?: unknown;
  }) {
    super(fields.message, { cause: fields.cause });
    this.code = fields.code;
    this.status = fields.status;
    this.title = fields.title;
    this.requestId = fields.requestId;
    this.retryAfter = fields.retryAfter;
    this.retryHelps = fields.retryHelps;
    this.facts = fields.facts ?? {};
  }

  /** The refused fields of VALIDATION_FAILED. */
  get fieldFaults(): readonly FieldFault[] {
    const { details } = this.facts;
    return Array.isArray(details) ? details.filter(isFieldFault) : [];
  }
}

function isFieldFault(value: unknown): value is FieldFault {
  const { path, message } = (value ?? {}) as Partial<FieldFault>;
  return typeof path === 'string' && typeof message === 'string';
}

/** The error of a request without a response: no network, or no gateway. */
export function unreachable(cause: unknown): ApiError {
  return new ApiError({
    code: 'UNREACHABLE',
    status: 0,
    title: 'Not connected',
    message: 'ValueCanvas cannot be reached at the moment.',
    retryHelps: true,
    cause,
  });
}

/** The error that a response or the event `error` of a stream describes. */
export function errorFrom(
  envelope: unknown,
  response: { readonly status: number; readonly headers: Headers },
): ApiError {
  const { success: _success, ...known } = objectOf(envelope);
  const { code, error, message, requestId, retryAfter, ...facts } = known;
  const { status, headers } = response;
  return new ApiError({
    // A proxy in front of the gateway answers without an envelope while the gateway is unavailable.
    code: typeof code === 'string' ? (code as ErrorCode) : 'DEPENDENCY_UNAVAILABLE',
    status,
    title: typeof error === 'string' ? error : 'Something went wrong',
    message: typeof message === 'string' ? message : `The platform responded with status ${status}.`,
    requestId: typeof requestId === 'string' ? requestId : (headers.get('x-request-id') ?? undefined),
    retryAfter: typeof retryAfter === 'number' ? retryAfter : undefined,
    retryHelps: headers.get('x-should-retry') !== 'false',
    facts,
  });
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
