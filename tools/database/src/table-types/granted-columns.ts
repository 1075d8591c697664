import type { Client } from 'pg';
import type { ServiceRole } from '../service-roles.ts';

/** A column and a role's rights on it. */
export interface GrantedColumn {
  /** Kysely's name: canvases, or vc_private.llm_jobs outside of public. */
  table: string;
  column: string;
  /** PostgreSQL's internal name: int8, timestamptz, _text for an array of text. */
  type: string;
  isNullable: boolean;
  hasDefault: boolean;
  /** Definitions of check constraints on this column only. */
  checks: string[];
  canSelect: boolean;
  canInsert: boolean;
  canUpdate: boolean;
}

const query = `
  select
    case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname as "table",
    a.attname as "column",
    t.typname as "type",
    not a.attnotnull as "isNullable",
    a.atthasdef or a.attidentity <> '' as "hasDefault",
    array(
      select pg_get_constraintdef(k.oid) from pg_constraint k
      where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]
      order by k.conname
    ) as "checks",
    has_column_privilege($1, c.oid, a.attnum, 'select') as "canSelect",
    has_column_privilege($1, c.oid, a.attnum, 'insert') and a.attidentity <> 'a' as "canInsert",
    has_column_privilege($1, c.oid, a.attnum, 'update') and a.attidentity <> 'a' as "canUpdate"
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
  join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('public', 'vc_private', 'auth')
  join pg_type t on t.oid = a.atttypid
  where a.attnum > 0 and not a.attisdropped
    and has_schema_privilege($1, n.oid, 'usage')
    and has_any_column_privilege($1, c.oid, 'select, insert, update')
  order by n.nspname <> 'public', n.nspname, c.relname, a.attnum`;

/** Lists all columns of the tables on which the role has any grant, public first, in a stable order. */
export async function grantedColumns(client: Client, role: ServiceRole): Promise<GrantedColumn[]> {
  const { rows } = await client.query<GrantedColumn>(query, [role]);
  return rows;
}
