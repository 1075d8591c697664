import { type ErrorCode, type ErrorDefinition, errorCatalogue } from './error-catalogue.ts';

export interface AppErrorOptions {
  /** Public text in place of the catalogue's. */
  readonly message?: string;
  /** Public title; must begin with the catalogue's own, which clients match on. */
  readonly title?: string;
  /** Public, machine-readable: the envelope's `details`. */
  readonly details?: unknown;
  /** Public fields that stand beside `code` in the envelope, as the interface promises for some codes. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Whole seconds; sent as `retry-after` and, in the envelope, `retryAfter`. */
  readonly retryAfterSeconds?: number;
  /** Milliseconds, where less than a second is worth knowing: sent as `retry-after-ms`, and rounded up as above. */
  readonly retryAfterMs?: number;
  /** Headers of its own beside those that follow from the other fields. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Overrides the catalogue's `retryHelps` where the thrower knows better. */
  readonly retryHelps?: boolean;
  /** For logs only, never sent: fixed text, names and numbers. Must not repeat input or another server's message. */
  readonly internal?: string;
  readonly cause?: unknown;
}

/** Seconds. OpenAI's clients ignore a longer wait that they are told, and come back almost at once. */
const longestWait = 60;

/** The one error that code throws on purpose. Everything else that reaches the mapper is INTERNAL_ERROR. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly title: string;
  readonly details: unknown;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the same request can succeed soon: false as well where the wait is longer than a minute. */
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
      options.retryHelps ?? (definition.retryHelps && (this.retryAfterSeconds ?? 0) <= longestWait);
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
 * Settles as `work` does, but rejects with DEPENDENCY_UNAVAILABLE, retryable after 2 s, for an error that means that the
 * dependency is unavailable: every error, unless `isUnavailable` tells them apart. `dependency` is for logs only.
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
