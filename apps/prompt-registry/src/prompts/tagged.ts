import { formatEntityTag, matchesEntityTag } from '@valuecanvas/contracts-core';
import { versionOf } from '@valuecanvas/live-snapshot';
import { respond } from '@valuecanvas/service-kit';

/** Headers of a reply that never changes. It is private, because only permitted users may read it. */
export const immutable = { 'cache-control': 'private, max-age=31536000, immutable' } as const;

/** Answers with a value and an entity tag of its content, or with 304 if the request's If-None-Match already names it. */
export function respondTagged<V>(
  call: { header(name: string): string | undefined },
  value: V,
  headers: Readonly<Record<string, string>> = {},
): ReturnType<typeof respond<304, undefined>> | ReturnType<typeof respond<200, V>> {
  const etag = formatEntityTag(versionOf(value));
  return matchesEntityTag(call.header('if-none-match'), etag)
    ? respond(304, undefined, { etag, ...headers })
    : respond(200, value, { etag, ...headers });
}
