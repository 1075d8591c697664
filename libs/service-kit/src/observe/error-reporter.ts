import { trace } from '@opentelemetry/api';
import type { defaultStackParser, ErrorEvent, Exception } from '@sentry/node';
import { describeError, type ErrorDescription } from './describe-error.ts';

type StackParser = typeof defaultStackParser;

/** The request in which an error occurred. */
export interface ErrorContext {
  readonly operation?: string;
  readonly requestId?: string;
  /** The user who sent the request. */
  readonly userId?: string;
}

/** Reports unexpected errors with the request and the trace in which they occurred. */
export interface ErrorReporter {
  report(error: unknown, context: ErrorContext): void;
  /** Waits up to `timeoutMs` until all reports are sent. */
  flush(timeoutMs: number): Promise<void>;
}

const silent: ErrorReporter = { report: () => undefined, flush: async () => undefined };

/**
 * Creates a reporter that sends errors to Sentry, or one that does nothing if there is no DSN.
 *
 * Sentry's `init` is not called: its integrations attach bodies, headers, addresses and console output to events, and
 * add `sentry-trace` and `baggage` to outgoing requests. A bare client sends the events that are built here, from an
 * allow list: the description of the error, service, release, environment, operation, and the ids of request, trace and user.
 */
export async function createErrorReporter(options: {
  readonly dsn: string | undefined;
  readonly environment: string;
  readonly service: string;
  readonly release: string;
}): Promise<ErrorReporter> {
  if (!options.dsn) return silent;
  const sentry = await import('@sentry/node');
  const client = new sentry.NodeClient({
    dsn: options.dsn,
    environment: options.environment,
    release: options.release,
    serverName: options.service,
    transport: sentry.makeNodeTransport,
    stackParser: sentry.defaultStackParser,
    integrations: [],
    // The default adds a span integration, but tracing belongs to OpenTelemetry.
    traceLifecycle: 'static',
    enableRuntimeChannelInjection: false,
    enableOpenTelemetrySetup: false,
    sendClientReports: false,
    dataCollection: { userInfo: false },
  });
  return {
    report(error, { operation, requestId, userId }) {
      const span = trace.getActiveSpan()?.spanContext();
      client.captureEvent({
        ...eventOf(describeError(error), sentry.defaultStackParser),
        tags: { service: options.service, operation },
        extra: { requestId },
        ...(userId === undefined ? {} : { user: { id: userId } }),
        ...(span ? { contexts: { trace: { trace_id: span.traceId, span_id: span.spanId } } } : {}),
      });
    },
    async flush(timeoutMs) {
      await client.flush(timeoutMs);
    },
  };
}

function eventOf(description: ErrorDescription, parse: StackParser): ErrorEvent {
  return { type: undefined, level: 'error', exception: { values: exceptionsOf(description, parse) } };
}

/** Sentry expects the innermost cause first and the error itself last. */
function exceptionsOf(description: ErrorDescription, parse: StackParser): Exception[] {
  const { type, facts, frames, cause, errors = [] } = description;
  const inner = [...errors, ...(cause ? [cause] : [])].flatMap((part) => exceptionsOf(part, parse));
  const value = Object.entries(facts).map(([name, fact]) => `${name}: ${fact}`);
  return [...inner, { type, value: value.join(', '), stacktrace: { frames: parse(`${type}\n${frames}`) } }];
}
