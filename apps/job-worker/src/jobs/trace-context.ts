/** The W3C trace headers of a request. Empty if the request belongs to no trace. */
export function traceContextOf(call: { header(name: string): string | undefined }): Record<string, string> {
  const traceparent = call.header('traceparent');
  if (traceparent === undefined) return {};
  const tracestate = call.header('tracestate');
  return { traceparent, ...(tracestate === undefined ? {} : { tracestate }) };
}
