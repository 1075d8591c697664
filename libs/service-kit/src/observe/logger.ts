import { trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { describeError, type ErrorDescription } from './describe-error.ts';
import { redactLine } from './redact-text.ts';
import { tracingIsOn } from './tracing.ts';

export type { Logger } from 'pino';

/** Keys whose values are redacted, at the top level of a line and one level below. */
const secretKeys = [
  'password',
  'authorization',
  'cookie',
  'token',
  'accessToken',
  'refreshToken',
  'apiKey',
  'x-api-key',
  'api-key',
  'secret',
];

/** Buffer size in bytes, and the longest time in milliseconds that a line stays in the buffer. */
const buffer = { minLength: 8 * 1024, periodicFlush: 250 };

/** Formats the time as ISO 8601, once per millisecond, because many lines share it under load. */
function createTimestamp(): () => string {
  let writtenAt = 0;
  let written = '';
  return () => {
    const now = Date.now();
    if (now !== writtenAt) {
      writtenAt = now;
      written = `,"time":"${new Date(now).toISOString()}"`;
    }
    return written;
  };
}

export interface Loggers {
  readonly log: Logger;
  /** Logger without redaction, which would cost more than the rest of the line. For lines that can hold no secrets. */
  readonly accessLog: Logger;
}

/**
 * Creates a logger of JSON lines with the service's name. Times are ISO 8601 and levels are words. An error is logged
 * as `describeError` describes it. Secrets and personal data in texts are redacted by their patterns. Its message is logged only if `errorMessages` is set, because messages repeat input.
 */
export function createLoggers(
  options: {
    readonly service: string;
    readonly version: string;
    readonly level: string;
    readonly errorMessages: boolean;
  },
  destination: DestinationStream = pino.destination({ dest: 1, sync: false, ...buffer }),
): Loggers {
  const withMessage = options.errorMessages;
  const err = (error: unknown) => errorFields(describeError(error, { withMessage }));
  const settings: LoggerOptions = {
    level: options.level,
    base: { service: options.service, version: options.version },
    timestamp: createTimestamp(),
    messageKey: 'message',
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err, error: err },
    ...(tracingIsOn() ? { mixin: activeTrace } : {}),
  };
  const redact = { paths: secretKeys.flatMap((key) => [`["${key}"]`, `*["${key}"]`]), censor: '[redacted]' };
  const hooks: LoggerOptions['hooks'] = {
    streamWrite: redactLine,
    // pino uses the error's message for a line without text.
    logMethod(inputs, method) {
      const [first, text] = inputs;
      if (text !== undefined || typeof first === 'string') method.apply(this, inputs);
      else method.apply(this, [first, 'error']);
    },
  };
  return { log: pino({ ...settings, redact, hooks }, destination), accessLog: pino(settings, destination) };
}

/** Ids of the trace and the span in which a line is written. */
function activeTrace(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { traceId: span.traceId, spanId: span.spanId } : {};
}

/** Serializes to the shape of pino's own serializer: `type`, `message` and `stack`, plus the facts. */
function errorFields({ type, message, facts, frames, cause, errors }: ErrorDescription): object {
  return {
    type,
    ...(message === undefined ? {} : { message }),
    ...facts,
    stack: frames,
    ...(cause ? { cause: errorFields(cause) } : {}),
    ...(errors ? { errors: errors.map(errorFields) } : {}),
  };
}
