/** The W3C headers of a request that say which trace it belongs to; empty where it belongs to none. */
export function traceContextOf(call: { header(name: string): string | undefined }): Record<string, string> {
  const traceparent = call.header('traceparent');
  if (traceparent === undefined) return {};
  const tracestate = call.header('tracestate');
  return { traceparent, ...(tracestate === undefined ? {} : { tracestate }) };
}
