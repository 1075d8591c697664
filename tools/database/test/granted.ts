import type { Client } from 'pg';

const tableGrants = `
  select n.nspname || '.' || c.relname as "object", coalesce(r.rolname, 'public') as "grantee",
    lower(g.privilege_type) || coalesce('(' || g.attname || ')', '') as "privilege"
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  left join lateral (
    select null::name as attname, (aclexplode(c.relacl)).*
    union all
    select a.attname, (aclexplode(a.attacl)).* from pg_attribute a where a.attrelid = c.oid
  ) g on g.grantee <> c.relowner
  left join pg_roles r on r.oid = g.grantee
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname = any($1)`;

const functionGrants = `
  select p.oid::regprocedure::text as "object", case g.grantee when 0 then 'public' else r.rolname end as "grantee",
    '' as "privilege"
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  left join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g on g.grantee <> p.proowner
  left join pg_roles r on r.oid = g.grantee
  where n.nspname = any($1)`;

interface Grant {
  object: string;
  /** Null for an object that is granted to no role. */
  grantee: string | null;
  privilege: string | null;
}

/** Every table, partitions included, with what each role but its owner may do; "public" means everyone. */
export async function grantedTables(
  client: Client,
  schemas: readonly string[],
): Promise<Record<string, Record<string, string>>> {
  const { rows } = await client.query<Grant>(tableGrants, [schemas]);
  return mapGroups(
    rows,
    ({ object }) => object,
    (grants) =>
      mapGroups(
        grants.filter(({ privilege }) => privilege !== null),
        ({ grantee }) => String(grantee),
        (ofOne) =>
          ofOne
            .map(({ privilege }) => privilege)
            .sort()
            .join(', '),
      ),
  );
}

/** Every function with the roles that may call it. */
export async function grantedFunctions(
  client: Client,
  schemas: readonly string[],
): Promise<Record<string, string>> {
  const { rows } = await client.query<Grant>(functionGrants, [schemas]);
  const grantees = (grants: Grant[]) => grants.flatMap(({ grantee }) => grantee ?? []).sort();
  return mapGroups(
    rows,
    ({ object }) => object,
    (grants) => grantees(grants).join(', '),
  );
}

function mapGroups<T, R>(
  rows: readonly T[],
  key: (row: T) => string,
  map: (rows: T[]) => R,
): Record<string, R> {
  const groups = Map.groupBy(rows, key);
  return Object.fromEntries([...groups].map(([name, members]) => [name, map(members)]));
}
