import { AppError } from '@valuecanvas/contracts-core';

/** Error as telemetry may carry it: its type and where it was thrown, without the data that caused it. */
export interface ErrorDescription {
  readonly type: string;
  /** Present only if the caller asked for messages. */
  readonly message?: string;
  /** Facts about the error that are names or numbers, such as a SQLSTATE. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** The stack's frames, one per line, without the message above them. */
  readonly frames: string;
  readonly cause?: ErrorDescription;
  /** Parts of an AggregateError. */
  readonly errors?: readonly ErrorDescription[];
}

/**
 * Properties that drivers, Node and our own errors use for names and numbers. All others are dropped: node-postgres
 * keeps a row's values in `detail`, ioredis the arguments of a command in `command.args`, URL its input in `input`.
 */
const factNames = [
  'code',
  'syscall',
  'statusCode',
  // PostgreSQL
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
  // The router's ProviderError
  'provider',
  'fault',
] as const;

/** Matches identifiers, not prose. */
const namePattern = /^[\w$.:-]{1,64}$/;

const maxInternalLength = 300;
const maxCauses = 5;
const maxErrors = 5;

/** Matches a stack frame of V8: the position in a file, after the function if it has a name. */
const framePattern =
  /^ {4}at (?:async )?(?:[^()]{1,200} \((?:file|node|\/)[^()]*\)|(?:file|node|\/)\S*:\d+:\d+)$/;

/**
 * Describes an error by an allow list. The message is left out by default: PostgreSQL, JSON.parse, BigInt and providers
 * repeat input in it. The topmost frame names the line that threw, and that line shows the message's fixed part.
 */
export function describeError(
  error: unknown,
  options: { readonly withMessage?: boolean } = {},
  depth = 0,
): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, facts: {}, frames: '' };
  const { cause } = error;
  const describe = (inner: unknown) => describeError(inner, options, depth + 1);
  const goesDeeper = depth < maxCauses;
  return {
    type: namePattern.test(error.name) ? error.name : 'Error',
    ...(options.withMessage ? { message: error.message } : {}),
    facts: factsOf(error),
    frames: framesOf(error),
    ...(goesDeeper && cause !== undefined && cause !== null ? { cause: describe(cause) } : {}),
    ...(goesDeeper && error instanceof AggregateError
      ? { errors: error.errors.slice(0, maxErrors).map(describe) }
      : {}),
  };
}

function factsOf(error: Error): Record<string, string | number> {
  const facts: Record<string, string | number> = {};
  for (const name of factNames) {
    const value: unknown = Reflect.get(error, name);
    if (typeof value === 'number' || (typeof value === 'string' && namePattern.test(value)))
      facts[name] = value;
  }
  if (error.name === 'ReplyError') Object.assign(facts, redisFacts(error));
  if (error instanceof AppError && error.internal !== undefined)
    facts.internal = error.internal.slice(0, maxInternalLength);
  return facts;
}

/** Redis starts each error with its code, as in "OOM command not allowed", and ioredis appends the command. */
function redisFacts(
  error: Error & { readonly command?: { readonly name?: unknown } },
): Record<string, string> {
  const [code] = /^[A-Z]{2,20}(?= )/.exec(error.message) ?? [];
  const command = error.command?.name;
  return {
    ...(code === undefined ? {} : { code }),
    ...(typeof command === 'string' && namePattern.test(command) ? { command } : {}),
  };
}

/** Removes the message before it looks for frames, because a message can contain lines that look like frames. */
function framesOf({ message, stack }: Error): string {
  if (typeof stack !== 'string') return '';
  const messageAt = message === '' ? -1 : stack.indexOf(message);
  const below = messageAt < 0 ? stack : stack.slice(messageAt + message.length);
  return below
    .split('\n')
    .filter((line) => framePattern.test(line))
    .join('\n');
}
