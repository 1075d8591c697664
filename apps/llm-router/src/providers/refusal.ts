import { isObject } from '../protocol/completion.ts';
import type { Provider } from './provider.ts';
import { ProviderError, type ProviderFault } from './provider-error.ts';

export interface Refused {
  readonly statusCode: number;
  readonly headers: ResponseHeaders;
}

/** Statuses of an invalid request. 401 and 403 concern our key, so another provider may succeed. */
const callerStatuses = new Set([400, 413, 415, 422]);

/** Statuses that concern our key or account. */
const accountStatuses = new Set([401, 402, 403]);

/** Converts an answer other than 200 to an error. Removes the provider's key from its message. */
export function refusal(
  provider: Pick<Provider, 'id' | 'apiKey'>,
  { statusCode, headers }: Refused,
  text: string,
  now: number,
): ProviderError {
  const reported = reportedIn(text);
  const said = reported?.message;
  const fault = faultOfStatus(statusCode, reported);
  const message =
    fault === 'unavailable' && said ? `HTTP ${statusCode}: ${said}` : (said ?? `HTTP ${statusCode}`);
  return new ProviderError(fault, provider.id, withoutKey(message, provider), {
    retryAfterSeconds: retryAfter(headers, now),
    // A success status without an answer may have cost something.
    billed: fault === 'bad_response' ? 'maybe' : 'no',
    receivedBytes: Buffer.byteLength(text),
    statusCode,
    code: reported?.code,
    param: reported?.param,
    isLasting: accountStatuses.has(statusCode) || (reported !== undefined && isOutOfQuota(reported)),
  });
}

function faultOfStatus(statusCode: number, reported: ReportedError | undefined): ProviderFault {
  if (statusCode < 300) return 'bad_response';
  if (statusCode === 429) return reported && isOutOfQuota(reported) ? 'unavailable' : 'rate_limited';
  if (reported && statusCode < 500 && namesUnknownModel(reported)) return 'not_served';
  if (callerStatuses.has(statusCode)) return 'caller';
  // Without a provider's error, our base URL is wrong.
  return statusCode === 404 && reported?.message !== undefined ? 'not_served' : 'unavailable';
}

function reportedIn(text: string): ReportedError | undefined {
  try {
    return errorIn(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Some providers repeat a refused key. */
export function withoutKey(message: string, { apiKey }: Pick<Provider, 'apiKey'>): string {
  return apiKey === undefined ? message : message.replaceAll(apiKey, '[key]');
}

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
 * text; vLLM and Mistral may send its fields without the surrounding object; OpenRouter sends it within a choice. An empty
 * `error` is no error: some servers send one with every event.
 */
export function errorIn(value: unknown): ReportedError | undefined {
  if (!isObject(value)) return undefined;
  const { error, choices } = value;
  if (isObject(error) && !isEmpty(error)) return reportedBy(error, error.message);
  if (typeof error === 'string' && error.trim() !== '') return reportedBy(value, error);
  if (value.object === 'error') return reportedBy(value, value.message);
  return Array.isArray(choices) ? errorInChoices(choices) : undefined;
}

function errorInChoices(choices: readonly unknown[]): ReportedError | undefined {
  for (const choice of choices) {
    if (!isObject(choice)) continue;
    const { error, finish_reason: reason } = choice;
    if (isObject(error) && !isEmpty(error)) return reportedBy(error, error.message);
    if (reason === 'error') return reportedBy({}, typeof error === 'string' ? error : undefined);
  }
  return undefined;
}

/** Returns true for null, empty text, 0, false, and objects and lists that contain nothing else. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.values(value).every(isEmpty) : !value;
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
function namesUnknownModel({ codes }: ReportedError): boolean {
  return codes.some((code) => modelCodes.has(code));
}

/** Returns true if our account has no credit, which is an outage for callers: waiting does not help. */
function isOutOfQuota({ codes }: ReportedError): boolean {
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

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Reads the wait in whole seconds; undefined if the provider states none. OpenAI's clients read the same two headers in this
 * order; the second one is seconds or a date (RFC 9110, section 10.2.3).
 */
function retryAfter(headers: ResponseHeaders, now: number): number | undefined {
  const milliseconds = Number(headers['retry-after-ms']);
  if (milliseconds > 0) return Math.ceil(milliseconds / 1000);
  const value = String(headers['retry-after'] ?? '').trim();
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return seconds >= 0 ? Math.ceil(seconds) : undefined;
}
