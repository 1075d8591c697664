/** A version as the value of an ETag header. */
export function entityTag(version: string): string {
  return `"${version}"`;
}

/** Whether an If-None-Match header names a version, compared weakly as RFC 9110 (13.1.2) wants. */
export function namesVersion(ifNoneMatch: string | undefined, version: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes('*') || tags.includes(entityTag(version));
}
