/** Formats an opaque version as an entity tag, the value of an ETag or If-None-Match header. */
export function formatEntityTag(version: string, { weak = false }: { readonly weak?: boolean } = {}): string {
  return weak ? `W/"${version}"` : `"${version}"`;
}

/**
 * Returns true if an If-None-Match header (a list of tags, or `*`) matches the entity tag. The comparison is weak, as
 * RFC 9110 (13.1.2) requires for this header.
 */
export function matchesEntityTag(ifNoneMatch: string | undefined, entityTag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const wanted = withoutWeakness(entityTag);
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || withoutWeakness(tag.trim()) === wanted);
}

function withoutWeakness(entityTag: string): string {
  return entityTag.startsWith('W/') ? entityTag.slice(2) : entityTag;
}
