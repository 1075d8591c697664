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
  /** Overrides the catalogue's `retryHelps` where the thrower knows better. */
  readonly retryHelps?: boolean;
  /** For logs only, never sent. */
  readonly internal?: string;
  readonly cause?: unknown;
}

/** The one error that code throws on purpose. Everything else that reaches the mapper is INTERNAL_ERROR. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly title: string;
  readonly details: unknown;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;
  readonly retryHelps: boolean;
  readonly internal: string | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    const definition: ErrorDefinition = errorCatalogue[code];
    super(options.message ?? definition.message, { cause: options.cause });
    this.code = code;
    this.title = options.title ?? definition.title;
    this.details = options.details;
    this.extra = options.extra ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.retryHelps = options.retryHelps ?? definition.retryHelps;
    this.internal = options.internal;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}
