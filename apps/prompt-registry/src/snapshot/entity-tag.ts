/** A snapshot's version as the value of an ETag. */
export function entityTag(version: string): string {
  return `"${version}"`;
}

/** Whether an if-none-match names the version; weak tags count, as RFC 9110 compares them here (13.1.2). */
export function isNamedBy(ifNoneMatch: string | undefined, version: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(entityTag(version)) || tags.includes('*');
}
