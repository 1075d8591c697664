import Type, { type TProperties } from 'typebox';
import { AppError } from './app-error.ts';

/** Maximum length of a cursor. It encodes the sort key of one item, which can be a text of a few hundred bytes. */
const maxCursorLength = 1_024;

/**
 * Query of a route whose reply is `list(…)`: its filters, `cursor` and `limit`. The service kit turns the last two
 * into the call's `page`.
 */
export function listQuery<F extends TProperties = Record<never, never>>(
  filters?: F,
  limits: { readonly default: number; readonly maximum: number } = { default: 20, maximum: 100 },
) {
  return Type.Object({
    ...(filters ?? ({} as F)),
    cursor: Type.Optional(
      Type.String({
        maxLength: maxCursorLength,
        description:
          'The nextCursor of the previous page, sent with the same filters. Omit it for the first page.',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: limits.maximum,
        default: limits.default,
        description: 'Maximum number of items to return.',
      }),
    ),
  });
}

/** Sort key of an item: the texts of the values by which its list is sorted. Unique within the list. */
export type SortKey = readonly string[];

/** Page that a client requests. */
export interface PageRequest {
  readonly limit: number;
  /** Sort key of the last item of the previous page. Undefined for the first page. It comes from the client: check it. */
  readonly after: SortKey | undefined;
}

/** Page as the handler of a list returns it. The service kit turns `last` into the cursor of the next page. */
export interface ListPage<T> {
  readonly items: readonly T[];
  /** Sort key of the last item if more items follow. */
  readonly last: SortKey | undefined;
}

/** Builds a page from up to `limit` + 1 rows. The extra row only shows that another page follows. */
export function page<T>(rows: readonly T[], limit: number, sortKeyOf: (row: T) => SortKey): ListPage<T> {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, last: last === undefined ? undefined : sortKeyOf(last) };
}

export function mapPage<T, U>({ items, last }: ListPage<T>, map: (item: T) => U): ListPage<U> {
  return { items: items.map(map), last };
}

/** Error for a cursor that the list did not issue. */
export function foreignCursor(): AppError {
  const message = 'is not a cursor of this list with these filters';
  return new AppError('VALIDATION_FAILED', { details: [{ path: 'cursor', message }] });
}
