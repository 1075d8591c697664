import { isObject } from './chat-completion.ts';
import type { ProviderFault } from './provider-error.ts';

/** A provider's error in a body or event. */
export interface ReportedError {
  readonly message: string | undefined;
  /** Its codes, types and statuses as text. */
  readonly codes: readonly string[];
  /** The code, if it is a word, and the invalid field of the request. */
  readonly code: string | undefined;
  readonly param: string | undefined;
}

/** Maximum length of a provider's message. */
const maxMessageLength = 500;

const maxWordLength = 100;

/**
 * Reads the error in a parsed body or event; undefined if there is none. OpenAI's form is an object `error`. Ollama sends it as
 * text; vLLM and Mistral may send its fields without the surrounding object.
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

/** Classifies an error by its codes; the default is the provider's fault. */
export function faultOf(error: ReportedError): ProviderFault {
  const { codes } = error;
  if (namesUnknownModel(error)) return 'not_served';
  if (isOutOfQuota(error)) return 'unavailable';
  if (codes.some((code) => limitCode.test(code))) return 'rate_limited';
  return codes.some((code) => callerCode.test(code)) ? 'caller' : 'unavailable';
}

/** Returns true if the provider reports an unknown model. */
export function namesUnknownModel({ codes }: ReportedError): boolean {
  return codes.some((code) => modelCodes.has(code));
}

/** Returns true if our account has no credit, which is an outage for callers: waiting does not help. */
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
