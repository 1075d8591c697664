import { isObject } from './chat-completion.ts';
import type { ProviderFault } from './provider-error.ts';

/** An error as a provider tells it in a body or event. */
export interface ReportedError {
  readonly message: string | undefined;
  /** Codes, types and statuses in it, as text. */
  readonly codes: readonly string[];
  /** The code itself, where it is a word, and the field of the request that is wrong. */
  readonly code: string | undefined;
  readonly param: string | undefined;
}

/** What a provider says is longer than anybody wants to read. */
const maxMessageLength = 500;

const maxWordLength = 100;

/**
 * The error that a parsed body or event tells, or undefined where it tells none. OpenAI's form is an object `error`;
 * Ollama sends it as text, vLLM and Mistral have been seen to send its fields without the object around them.
 */
export function errorIn(value: unknown): ReportedError | undefined {
  if (!isObject(value)) return undefined;
  const { error } = value;
  if (isObject(error)) return reportedBy(error, error.message);
  if (typeof error === 'string' && error !== '') return reportedBy(value, error);
  if (value.object === 'error') return reportedBy(value, value.message);
  return undefined;
}

function reportedBy(fields: Readonly<Record<string, unknown>>, message: unknown): ReportedError {
  return {
    message: textOf(message),
    codes: codesOf(fields),
    code: wordOf(fields.code),
    param: wordOf(fields.param),
  };
}

const modelCodes = new Set(['model_not_found', 'model_not_available']);
const quotaCodes = new Set(['insufficient_quota', 'billing_hard_limit_reached']);
const callerCode =
  /^(400|413|415|422|invalid_request_error|invalid_value|BadRequestError|context_length_exceeded)$/;
const limitCode = /^429$|rate_?limit|too_many_requests/i;

/** Whose fault an error is by its codes alone: of the provider, where they say nothing. */
export function faultOf(error: ReportedError): ProviderFault {
  const { codes } = error;
  if (namesUnknownModel(error)) return 'not_served';
  if (isOutOfQuota(error)) return 'unavailable';
  if (codes.some((code) => limitCode.test(code))) return 'rate_limited';
  return codes.some((code) => callerCode.test(code)) ? 'caller' : 'unavailable';
}

/** Whether the provider says that it does not have the model. */
export function namesUnknownModel({ codes }: ReportedError): boolean {
  return codes.some((code) => modelCodes.has(code));
}

/** Whether our account is empty: to callers no less than an outage, since waiting does not help. */
export function isOutOfQuota({ codes }: ReportedError): boolean {
  return codes.some((code) => quotaCodes.has(code));
}

function codesOf({ code, type, status }: Readonly<Record<string, unknown>>): readonly string[] {
  return [code, type, status].filter((each) => each !== undefined && each !== null).map(String);
}

function textOf(message: unknown): string | undefined {
  return typeof message === 'string' ? message.slice(0, maxMessageLength) : undefined;
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= maxWordLength ? value : undefined;
}
