import type { Provider } from './provider.ts';
import { ProviderError, type ProviderFault } from './provider-error.ts';
import { errorIn, isOutOfQuota, namesUnknownModel, type ReportedError } from './reported-error.ts';
import { type ResponseHeaders, retryAfter } from './retry-after.ts';

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
