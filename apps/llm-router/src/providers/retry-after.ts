export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Reads the wait in whole seconds; undefined if the provider states none. OpenAI's clients read the same two headers in this
 * order; the second one is seconds or a date (RFC 9110, section 10.2.3).
 */
export function retryAfter(headers: ResponseHeaders, now: number): number | undefined {
  const milliseconds = Number(headers['retry-after-ms']);
  if (milliseconds > 0) return Math.ceil(milliseconds / 1000);
  const value = String(headers['retry-after'] ?? '').trim();
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return seconds >= 0 ? Math.ceil(seconds) : undefined;
}
