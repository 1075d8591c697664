import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger } from 'pino';

/** Paths whose values never reach a log, wherever an object with such a key is logged. */
const secretKeys = [
  'password',
  'authorization',
  'cookie',
  'token',
  'accessToken',
  'refreshToken',
  'apiKey',
  'x-api-key',
  'secret',
];

/** Bytes that are gathered before they are written, and milliseconds after which they are in any case. */
const buffer = { minLength: 8 * 1024, periodicFlush: 250 };

/** ISO 8601, written once per millisecond: under load, many lines have the same. */
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
  /** For lines whose fields are known to hold no secret: looking for some would cost more than the rest of the line. */
  readonly accessLog: Logger;
}

/** JSON lines with the service's name; times are ISO 8601 and levels are words. */
export function createLoggers(
  options: { readonly service: string; readonly version: string; readonly level: string },
  destination: DestinationStream = pino.destination({ dest: 1, sync: false, ...buffer }),
): Loggers {
  const settings: LoggerOptions = {
    level: options.level,
    base: { service: options.service, version: options.version },
    timestamp: createTimestamp(),
    messageKey: 'message',
    formatters: { level: (label) => ({ level: label }) },
  };
  const redact = { paths: secretKeys.flatMap((key) => [`["${key}"]`, `*["${key}"]`]), censor: '[redacted]' };
  return { log: pino({ ...settings, redact }, destination), accessLog: pino(settings, destination) };
}
