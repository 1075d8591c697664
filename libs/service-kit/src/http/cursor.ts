import { createHash } from 'node:crypto';
import { foreignCursor, type PageRequest, type SortKey } from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';

/** Query of a list. Validation has checked it and filled in the default of `limit`. */
interface ListQuery {
  readonly cursor?: string;
  readonly limit: number;
}

/** Returns the page that a request asks for, or undefined if its route returns no list. */
export function pageOf(request: FastifyRequest): PageRequest | undefined {
  if (request.routeConfig.operation?.reply.kind !== 'list') return undefined;
  const { cursor, limit } = request.query as ListQuery;
  return { limit, after: cursor === undefined ? undefined : decodeCursor(cursor, request) };
}

/** Returns the `pagination` of the response. `last` is the sort key after which the next page starts, if there is one. */
export function paginationOf(
  request: FastifyRequest,
  last: SortKey | undefined,
): { readonly limit: number; readonly nextCursor: string | null } {
  const { limit } = request.query as ListQuery;
  return { limit, nextCursor: last ? encodeCursor(last, request) : null };
}

/** Changes with the encoding, so that a client with an older cursor is asked to start again. */
const version = 1;

/**
 * Encodes the sort key after which the next page of a list starts. The text is opaque to clients. It also names the list
 * and its filters, because a position in one list means nothing in another.
 */
function encodeCursor(sortKey: SortKey, request: FastifyRequest): string {
  return Buffer.from(JSON.stringify([version, listHash(request), ...sortKey])).toString('base64url');
}

/** Decodes a cursor. Throws VALIDATION_FAILED unless it has the form of those that this list issues with these filters. */
function decodeCursor(cursor: string, request: FastifyRequest): SortKey {
  const [ofVersion, list, ...sortKey] = parse(cursor);
  if (ofVersion !== version || list !== listHash(request) || !sortKey.every(isText)) throw foreignCursor();
  return sortKey;
}

function parse(cursor: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** PostgreSQL cannot store NUL or half of a surrogate pair in text. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}

/** Identifies a list and its filters. A client may change `limit` from page to page. */
function listHash({ routeConfig, query }: FastifyRequest): string {
  const filters = Object.entries(query as object)
    .filter(([name, value]) => name !== 'cursor' && name !== 'limit' && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([routeConfig.operation?.id, filters]))
    .digest('base64url')
    .slice(0, 12);
}
