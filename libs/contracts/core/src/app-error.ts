import { type ErrorCode, type ErrorDefinition, errorCatalogue } from './error-catalogue.ts';

export interface AppErrorOptions {
  /** Public text that replaces the catalogue's message. */
  readonly message?: string;
  /** Public title. Must start with the catalogue's title, which clients match on. */
  readonly title?: string;
  /** Public, machine-readable details for the envelope's `details`. */
  readonly details?: unknown;
  /** Public extra fields of the envelope, which the API promises for some codes. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Retry delay in whole seconds, sent as `retry-after` and, in the envelope, as `retryAfter`. */
  readonly retryAfterSeconds?: number;
  /** Retry delay below a second, in milliseconds. Sent as `retry-after-ms`, and rounded up in the fields above. */
  readonly retryAfterMs?: number;
  /** Extra headers, in addition to those that follow from the other fields. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Overrides the catalogue's `retryHelps`. */
  readonly retryHelps?: boolean;
  /** For logs only, never sent: fixed text, names and numbers. Must not repeat input or another server's message. */
  readonly internal?: string;
  readonly cause?: unknown;
}

/** Longest retry delay in seconds. OpenAI's clients ignore a longer one and retry almost at once. */
const longestWait = 60;

/** Expected error. The error mapper turns any other error into INTERNAL_ERROR. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly title: string;
  readonly details: unknown;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** True if the same request can succeed soon. A retry delay decides this, unless the thrower does: at most a minute is soon. */
  readonly retryHelps: boolean;
  readonly internal: string | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    const definition: ErrorDefinition = errorCatalogue[code];
    super(options.message ?? definition.message, { cause: options.cause });
    this.code = code;
    this.title = options.title ?? definition.title;
    this.details = options.details;
    this.extra = options.extra ?? {};
    this.headers = options.headers ?? {};
    this.retryAfterMs = options.retryAfterMs;
    this.retryAfterSeconds = options.retryAfterSeconds ?? wholeSeconds(options.retryAfterMs);
    this.retryHelps =
      options.retryHelps ??
      (this.retryAfterSeconds === undefined ? definition.retryHelps : this.retryAfterSeconds <= longestWait);
    this.internal = options.internal;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

function wholeSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.max(1, Math.ceil(ms / 1_000));
}

/**
 * Settles as `work` does, but converts errors of an unavailable dependency to DEPENDENCY_UNAVAILABLE, retryable after 2 s.
 * `isUnavailable` selects these errors. Without it, all errors are converted. `dependency` is for logs only.
 */
export async function orUnavailable<T>(
  dependency: string,
  work: Promise<T>,
  isUnavailable: (error: unknown) => boolean = () => true,
): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!isUnavailable(cause)) throw cause;
    throw new AppError('DEPENDENCY_UNAVAILABLE', { cause, internal: dependency, retryAfterSeconds: 2 });
  }
}
