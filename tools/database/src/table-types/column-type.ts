import type { GrantedColumn } from './granted-columns.ts';

interface Representation {
  read: string;
  write: string;
}

const same = (type: string): Representation => ({ read: type, write: type });

/**
 * TypeScript types that the driver returns and accepts. int8 needs its parser set to BigInt. A jsonb value is written as
 * text, because the driver would send a JavaScript array as a PostgreSQL array.
 */
const representations: Record<string, Representation> = {
  bool: same('boolean'),
  bytea: same('Buffer'),
  float8: same('number'),
  inet: same('string'),
  int2: same('number'),
  int4: same('number'),
  int8: same('bigint'),
  jsonb: { read: 'unknown', write: 'string' },
  numeric: { read: 'string', write: 'number | string' },
  text: same('string'),
  timestamptz: { read: 'Date', write: 'Date | string' },
  uuid: same('string'),
  varchar: same('string'),
  _text: same('string[]'),
};

/** The TypeScript types that the role may select, insert and update. `never` without the grant. */
export function columnType(column: GrantedColumn): string {
  const { read, write } = representation(column);
  const orNull = column.isNullable ? ' | null' : '';
  const optional = column.isNullable || column.hasDefault ? ' | undefined' : '';
  const selected = column.canSelect ? nullable(read, orNull) : 'never';
  const inserted = column.canInsert ? `${write}${orNull}${optional}` : 'never';
  const updated = column.canUpdate ? `${write}${orNull}` : 'never';
  const isPlain = selected === inserted && selected === updated;
  return isPlain ? selected : `ColumnType<${selected}, ${inserted}, ${updated}>`;
}

/** `unknown` includes null. */
function nullable(type: string, orNull: string): string {
  return type === 'unknown' ? type : `${type}${orNull}`;
}

function representation({ table, column, type, checks }: GrantedColumn): Representation {
  const values = checks.flatMap(enumeratedValues);
  if (values.length > 0) return same(values.map((value) => `'${value}'`).join(' | '));
  const found = representations[type];
  if (found !== undefined) return found;
  throw new Error(`${table}.${column} is of type ${type}, which has no TypeScript type yet: add one here.`);
}

/** Parses a check of the form "status in ('queued', 'active')", as PostgreSQL prints it. */
function enumeratedValues(check: string): string[] {
  const [, list] = /= ANY \(ARRAY\[(.*)\]\)/.exec(check) ?? [];
  return [...(list ?? '').matchAll(/'([^']*)'::text/g)].map(([, value]) => value ?? '');
}
