import Type from 'typebox';
import { AppError } from './app-error.ts';

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

/**
 * Throws CONFLICT if an If-Match header (a list of tags, or `*`) names other versions than the current one. The comparison is
 * strong, as RFC 9110 (13.1.1) requires for this header. `kind` names the resource in the message.
 */
export function assertIfMatch(ifMatch: string | undefined, kind: string, currentVersion: number): void {
  if (ifMatch === undefined) return;
  const current = formatEntityTag(String(currentVersion));
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (tags.includes('*') || tags.includes(current)) return;
  throw new AppError('CONFLICT', {
    message: `The ${kind} is at version ${currentVersion}, which If-Match does not name. Read it again and repeat your change.`,
    details: { currentVersion },
  });
}

/** Request header of a change that is only made to a certain version of a resource. */
export const ifMatchHeader = {
  'if-match': Type.String({
    description:
      'Entity tags of the versions to which the change may be made. Fails with CONFLICT for any other.',
  }),
};

/** Response header with the version of the resource in the reply. */
export const entityTagHeader = {
  etag: Type.String({ description: 'Version of the resource, for If-Match.' }),
};

function withoutWeakness(entityTag: string): string {
  return entityTag.startsWith('W/') ? entityTag.slice(2) : entityTag;
}
