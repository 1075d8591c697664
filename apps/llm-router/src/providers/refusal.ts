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

/** Converts an answer other than 200 to an error. Removes keys from its message. */
export function refusal(
  provider: Pick<Provider, 'id'> & ProviderKeys,
  { statusCode, headers }: Refused,
  text: string,
  now: number,
): ProviderError {
  const body = parsed(text);
  const known = errorIn(body);
  const reported =
    known ?? reportedBy(isObject(body) ? body : {}, body === undefined ? plainText(text) : body);
  const said = reported.message;
  const fault = faultOfStatus(statusCode, reported, known !== undefined);
  const message =
    fault === 'unavailable' && said ? `HTTP ${statusCode}: ${said}` : (said ?? `HTTP ${statusCode}`);
  return new ProviderError(fault, provider.id, presentable(message, provider), {
    retryAfterSeconds: retryAfter(headers, now),
    // A success status without an answer may have cost something.
    billed: fault === 'bad_response' ? 'maybe' : 'no',
    statusCode,
    code: reported.code,
    param: reported.param,
    isContentRefusal: fault === 'caller' && reported.isContentRefusal,
    isLasting: (fault !== 'caller' && accountStatuses.has(statusCode)) || isOutOfQuota(reported),
  });
}

/** Statuses under which providers refuse the content of a prompt. */
const contentStatuses = new Set([400, 403, 422, 451]);

/** `isKnownForm` is true for the error forms of model servers, false for those of any other web server. */
function faultOfStatus(statusCode: number, reported: ReportedError, isKnownForm: boolean): ProviderFault {
  if (statusCode < 300) return 'bad_response';
  if (statusCode === 429) return isOutOfQuota(reported) ? 'unavailable' : 'rate_limited';
  if (statusCode < 500 && namesUnknownModel(reported)) return 'not_served';
  if (contentStatuses.has(statusCode) && reported.isContentRefusal) return 'caller';
  if (callerStatuses.has(statusCode)) return 'caller';
  // Without a word about a model, our base URL is wrong.
  const isModel = isKnownForm ? reported.message !== undefined : /\bmodel\b/i.test(reported.message ?? '');
  return statusCode === 404 && isModel ? 'not_served' : 'unavailable';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A web page is not a message. */
const plainText = (text: string) => (text.trimStart().startsWith('<') ? undefined : text);

/** Maximum length of a provider's message. */
const maxMessageLength = 500;

/** Minimum length of a configured key that is removed: shorter ones are placeholders such as `none`, which occur in prose. */
const minKeyLength = 8;

/** Keys of well-known forms, masked or not, and tokens. */
const keyForms =
  /\b(?:sk|pk|gsk|xai|tgp|hf|r8|fw|nvapi|AIza)[-_]?(?=[\w*-]*[\d*])[\w*-]{12,}|\beyJ[\w-]{10,}\.[\w.-]+|(?<=\bBearer )[^\s"',]+/g;

/** Returns a provider's message without keys, in bounded length. Some providers repeat a refused key. */
export function presentable(message: string, provider: ProviderKeys): string {
  const { apiKey, formerApiKey } = provider;
  const ours = [apiKey, formerApiKey].reduce<string>(
    (text, key) => (key === undefined || key.length < minKeyLength ? text : text.replaceAll(key, '[key]')),
    message,
  );
  return ours.replace(keyForms, '[key]').slice(0, maxMessageLength);
}

type ProviderKeys = Pick<Provider, 'apiKey' | 'formerApiKey'>;

/** A provider's error in a body or event. */
export interface ReportedError {
  readonly message: string | undefined;
  /** Its codes, types and statuses as text. */
  readonly codes: readonly string[];
  /** The code, if it is a word, and the invalid field of the request. */
  readonly code: string | undefined;
  readonly param: string | undefined;
  /** True if the provider's moderation refused the content of the prompt. */
  readonly isContentRefusal: boolean;
}

const maxWordLength = 100;

/**
 * Reads the error in a parsed body or event; undefined if there is none. OpenAI's form is an object `error`. Ollama sends it as
 * text; vLLM and Mistral may send its fields without the surrounding object; OpenRouter sends it within a choice. An empty
 * `error` is no error: some servers send one with every event.
 */
export function errorIn(value: unknown): ReportedError | undefined {
  if (!isObject(value)) return undefined;
  const { error, choices } = value;
  if (isObject(error) && !isEmpty(error)) return reportedBy(error, error);
  if (typeof error === 'string' && error.trim() !== '') return reportedBy(value, error);
  if (value.object === 'error') return reportedBy(value, value);
  return Array.isArray(choices) ? errorInChoices(choices) : undefined;
}

function errorInChoices(choices: readonly unknown[]): ReportedError | undefined {
  for (const choice of choices) {
    if (!isObject(choice)) continue;
    const { error, finish_reason: reason } = choice;
    if (isObject(error) && !isEmpty(error)) return reportedBy(error, error);
    if (reason === 'error') return reportedBy({}, typeof error === 'string' ? error : undefined);
  }
  return undefined;
}

/** Returns true for null, empty text, 0, false, and objects and lists that contain nothing else. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.values(value).every(isEmpty) : !value;
}

type Fields = Readonly<Record<string, unknown>>;

/** `said` is the message, or a value that contains it. */
function reportedBy(fields: Fields, said: unknown): ReportedError {
  const message = messageIn(said, maxMessageDepth);
  const codes = codesOf(fields);
  return {
    message,
    codes,
    code: wordOf(fields.code),
    param: wordOf(fields.param) ?? invalidFieldIn(fields.detail),
    isContentRefusal: isContentRefusal(fields, codes, message),
  };
}

const maxMessageDepth = 4;

/** Fields in which servers put the message, in order of preference. */
const messageFields = [
  'message',
  'Message',
  'detail',
  'msg',
  'error',
  'errors',
  'error_message',
  'title',
  'reason',
];

/** Finds the message in an error of any form: text, an object, or a list such as FastAPI's `detail`. */
function messageIn(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  if (depth === 0) return undefined;
  if (Array.isArray(value)) {
    const all = value.flatMap((each) => messageIn(each, depth - 1) ?? []);
    return all.length === 0 ? undefined : all.join('; ');
  }
  if (!isObject(value)) return undefined;
  const field = fieldAt(value.loc);
  for (const name of messageFields) {
    const message = messageIn(value[name], depth - 1);
    if (message !== undefined) return field === undefined ? message : `${field}: ${message}`;
  }
  return undefined;
}

/** Returns the invalid field that FastAPI names first. */
function invalidFieldIn(detail: unknown): string | undefined {
  const [first] = Array.isArray(detail) ? (detail as unknown[]) : [];
  return isObject(first) ? wordOf(fieldAt(first.loc)) : undefined;
}

function fieldAt(location: unknown): string | undefined {
  if (!Array.isArray(location)) return undefined;
  const path = location.filter((step) => step !== 'body').join('.');
  return path === '' ? undefined : path;
}

const contentCode =
  /^(?:content_?filter(?:ed)?|content_policy(?:_violation)?|content_violation|moderation\w*|responsibleaipolicyviolation|data_?inspection_?failed|prohibited_content|sensitive_content|safety)$/i;

const contentWords =
  /\b(?:input|prompt|request|content|text|message)s?\b[^.]{0,60}\b(?:flagged|moderat\w+|inappropriate|unsafe)\b|\bviolat\w+\b[^.]{0,80}\b(?:polic\w+|guidelines?)\b|\bcontent (?:policy|filter|management policy|exists risk)\b/i;

/** OpenRouter lists the reasons of its moderation; Azure has an inner code. */
function isContentRefusal(fields: Fields, codes: readonly string[], message = ''): boolean {
  const { metadata, innererror: inner } = fields;
  if (isObject(metadata) && Array.isArray(metadata.reasons) && metadata.reasons.length > 0) return true;
  const innerCode = isObject(inner) ? String(inner.code) : '';
  return [...codes, innerCode].some((code) => contentCode.test(code)) || contentWords.test(message);
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
  return error.isContentRefusal || codes.some((code) => callerCode.test(code)) ? 'caller' : 'unavailable';
}

/** Returns true if the provider reports an unknown model. */
function namesUnknownModel({ codes }: ReportedError): boolean {
  return codes.some((code) => modelCodes.has(code));
}

/** Returns true if our account has no credit, which is an outage for callers: waiting does not help. */
function isOutOfQuota({ codes }: ReportedError): boolean {
  return codes.some((code) => quotaCodes.has(code));
}

function codesOf({ code, type, status }: Fields): readonly string[] {
  return [code, type, status].filter((each) => each !== undefined && each !== null).map(String);
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
