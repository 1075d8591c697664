import { ProviderError } from './provider-error.ts';

/** Statuses that blame the request. 401 and 403 blame our own key, so another provider may do better. */
const callerStatuses = new Set([400, 413, 415, 422]);

type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What an answer other than 200 means. */
export function refusal(
  provider: string,
  { statusCode, headers }: { readonly statusCode: number; readonly headers: ResponseHeaders },
  text: string,
): ProviderError {
  const said = messageIn(text);
  const message = said ?? `HTTP ${statusCode}`;
  if (callerStatuses.has(statusCode)) return new ProviderError('caller', provider, message);
  // Without a word of the provider, it is our base URL that is wrong.
  if (statusCode === 404 && said !== undefined) return new ProviderError('not_served', provider, said);
  const retryAfterSeconds = retryAfter(headers);
  if (statusCode === 429) return new ProviderError('rate_limited', provider, message, { retryAfterSeconds });
  return new ProviderError('unavailable', provider, `HTTP ${statusCode}: ${message}`, { retryAfterSeconds });
}

/** Seconds, or undefined where the provider names no time. Clients of OpenAI read the same two headers. */
function retryAfter(headers: ResponseHeaders): number | undefined {
  const milliseconds = Number(headers['retry-after-ms']);
  if (milliseconds > 0) return Math.ceil(milliseconds / 1000);
  const value = String(headers['retry-after'] ?? '');
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - Date.now()) / 1000);
  return seconds >= 0 ? seconds : undefined;
}

function messageIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } };
    return typeof error?.message === 'string' ? error.message.slice(0, 500) : undefined;
  } catch {
    return undefined;
  }
}
