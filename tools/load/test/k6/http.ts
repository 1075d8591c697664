/** Stands in for k6/http. */
interface Params {
  readonly headers: Record<string, string>;
  readonly tags: Record<string, string>;
}

/** The tags of all requests so far. */
export const tags: Record<string, string>[] = [];

async function asyncRequest(method: string, url: string, body: string | null, params: Params) {
  tags.push(params.tags);
  const begin = performance.now();
  const response = await fetch(url, { method, body, headers: params.headers });
  const retryAfter = response.headers.get('retry-after');
  return {
    status: response.status,
    body: await response.text(),
    headers: retryAfter === null ? {} : { 'Retry-After': retryAfter },
    timings: { duration: performance.now() - begin },
  };
}

export default { asyncRequest };
