import { formatEntityTag, matchesEntityTag } from '@valuecanvas/contracts-core';
import { respond } from './call.ts';

/**
 * Answers with a versioned value and its entity tag, or with 304 and no body where the request's If-None-Match names that
 * version already.
 */
export function respondIfChanged<V extends { readonly version: string }>(
  call: { header(name: string): string | undefined },
  value: V,
): ReturnType<typeof respond<304, undefined>> | ReturnType<typeof respond<200, V>> {
  const etag = formatEntityTag(value.version);
  return matchesEntityTag(call.header('if-none-match'), etag)
    ? respond(304, undefined, { etag })
    : respond(200, value, { etag });
}
