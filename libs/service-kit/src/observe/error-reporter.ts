/** Receives errors that nobody expected, with the operation and request that they broke. */
export interface ErrorReporter {
  report(error: unknown, context: { readonly operation?: string; readonly requestId?: string }): void;
  /** Waits until what was reported has been sent, for at most `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
}

const silent: ErrorReporter = { report: () => undefined, flush: async () => undefined };

/** Reports to Sentry where a DSN is given; otherwise the log is the only witness. */
export async function createErrorReporter(options: {
  readonly dsn: string | undefined;
  readonly environment: string;
  readonly service: string;
  readonly release: string;
}): Promise<ErrorReporter> {
  if (!options.dsn) return silent;
  const sentry = await import('@sentry/node');
  sentry.init({
    dsn: options.dsn,
    environment: options.environment,
    release: options.release,
    serverName: options.service,
    // Both Sentry's Fastify integration and our own mapper would report the same error.
    integrations: (defaults) => defaults.filter(({ name }) => name !== 'Fastify'),
  });
  return {
    report(error, { operation, requestId }) {
      sentry.captureException(error, { tags: { service: options.service, operation }, extra: { requestId } });
    },
    async flush(timeoutMs) {
      await sentry.flush(timeoutMs);
    },
  };
}
