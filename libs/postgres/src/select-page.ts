import {
  foreignCursor,
  type ListPage,
  type PageRequest,
  page,
  type SortKey,
} from '@valuecanvas/contracts-core';
import { type SelectQueryBuilder, sql } from 'kysely';

/** Types of columns by which a list can be sorted. */
type ColumnType = 'timestamptz' | 'uuid' | 'text' | 'integer';

/** Order of a list: columns of its rows, which together are unique, and one direction. */
export interface ListOrder<out C extends string> {
  readonly columns: readonly { readonly name: C; readonly type: ColumnType }[];
  readonly direction: 'asc' | 'desc';
}

/**
 * Declares the order of a list, most significant column first. The columns must be unique together and not null, or pages
 * would skip rows.
 */
export function listOrder<C extends string>(
  direction: 'asc' | 'desc',
  columns: Readonly<Record<C, ColumnType>>,
): ListOrder<C> {
  const entries = Object.entries(columns) as [C, ColumnType][];
  return { direction, columns: entries.map(([name, type]) => ({ name, type })) };
}

/**
 * Reads one page of a query's rows, which must select the columns of the order. The page starts after a sort key, not at an
 * offset, so that rows inserted or deleted meanwhile do not shift later pages. Throws VALIDATION_FAILED if the sort key
 * does not fit the order.
 */
export async function selectPage<Tables, T extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, T, Row>,
  { columns, direction }: ListOrder<keyof Row & string>,
  { limit, after }: PageRequest,
): Promise<ListPage<Row>> {
  const names = columns.map(({ name }) => sql.ref(name));
  const texts = columns.map(({ name, type }) => types[type].toText(name));
  let limited = query.select(sql<SortKey>`array[${sql.join(texts)}]`.as('list_sort_key')).limit(limit + 1);
  for (const name of names) limited = limited.orderBy(name, direction);
  if (after !== undefined) {
    const isAfter = sql.raw(direction === 'asc' ? '>' : '<');
    limited = limited.where(
      sql<boolean>`(${sql.join(names)}) ${isAfter} (${sql.join(valuesOf(after, columns))})`,
    );
  }
  const rows = (await limited.execute()) as (Row & { readonly list_sort_key: SortKey })[];
  return page(rows, limit, (row) => row.list_sort_key);
}

function valuesOf(sortKey: SortKey, columns: ListOrder<string>['columns']) {
  if (sortKey.length !== columns.length) throw foreignCursor();
  return columns.map(({ type }, index) => {
    const text = sortKey[index] ?? '';
    if (!types[type].isValid(text)) throw foreignCursor();
    return sql`${text}::${sql.raw(type)}`;
  });
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const microseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Converts columns to text and validates such texts, because a cursor can be forged. */
const types: Readonly<
  Record<ColumnType, { toText(name: string): ReturnType<typeof sql>; isValid(text: string): boolean }>
> = {
  timestamptz: {
    // All six decimals: a Date holds three, and rounding would skip or repeat rows between two pages.
    toText: (name) => sql`to_char(${sql.ref(name)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    isValid: (text) => microseconds.test(text) && isTime(text),
  },
  uuid: { toText: (name) => sql`${sql.ref(name)}::text`, isValid: (text) => uuid.test(text) },
  text: { toText: (name) => sql`${sql.ref(name)}::text`, isValid: () => true },
  integer: { toText: (name) => sql`${sql.ref(name)}::text`, isValid: (text) => /^-?\d{1,9}$/.test(text) },
};

/** Rejects dates that do not exist, which roll over when parsed and then differ from the text. */
function isTime(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 19) === text.slice(0, 19);
}
