import type { Client } from 'pg';

/** A role that the database grants something to. */
export interface InventoryRole {
  readonly name: string;
  readonly login: boolean;
  readonly inherit: boolean;
  readonly bypassrls: boolean;
  /** Settings such as statement_timeout=15s. */
  readonly settings: readonly string[];
}

/** Everything that a restored database is compared with. */
export interface Inventory {
  /** Newest applied migration: 20241123100000. */
  readonly schemaVersion: string;
  /** Number of rows by table, partitions one by one. */
  readonly rows: Readonly<Record<string, number>>;
  /** Sorted descriptions by kind. They are equal on all versions of PostgreSQL. */
  readonly structure: Readonly<Record<string, readonly string[]>>;
  readonly roles: readonly InventoryRole[];
}

const inSchemas = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;
const notFromExtension = (catalog: string, oid: string) =>
  `not exists (select from pg_depend e where e.classid = '${catalog}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;

/** The owner may differ after a restore. MAINTAIN is a part of ALL since PostgreSQL 17. */
const toOthers = (owner: string) => `g.grantee <> ${owner} and g.privilege_type <> 'MAINTAIN'`;

const descriptions: Readonly<Record<string, string>> = {
  tables: `
    select format('%I.%I%s', n.nspname, c.relname, case when c.relrowsecurity then ' with row level security' end)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and ${inSchemas} and ${notFromExtension('pg_class', 'c.oid')}`,
  policies: `
    select format('%I on %I.%I for %s to %s', p.policyname, p.schemaname, p.tablename, p.cmd, p.roles::text)
    from pg_policies p join pg_namespace n on n.nspname = p.schemaname where ${inSchemas}`,
  constraints: `
    select format('%I on %s%s', k.conname, k.conrelid::regclass, case when not k.convalidated then ' (not validated)' end)
    from pg_constraint k join pg_namespace n on n.oid = k.connamespace
    where k.conrelid <> 0 and k.contype in ('p', 'u', 'f', 'c', 'x') and ${inSchemas}`,
  indexes: `
    select format('%s on %s%s', i.indexrelid::regclass, i.indrelid::regclass, case when not i.indisvalid then ' (invalid)' end)
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace where ${inSchemas}`,
  functions: `
    select format('%s%s', f.oid::regprocedure, case when f.prosecdef then ' (security definer)' end)
    from pg_proc f join pg_namespace n on n.oid = f.pronamespace
    where ${inSchemas} and ${notFromExtension('pg_proc', 'f.oid')}`,
  triggers: `
    select format('%I on %s%s', t.tgname, t.tgrelid::regclass, case when t.tgenabled = 'D' then ' (disabled)' end)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where not t.tgisinternal and ${inSchemas}`,
  'grants on tables': `
    select format('%s: %s to %s', c.oid::regclass, g.privilege_type, coalesce(r.rolname, 'public'))
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    cross join lateral aclexplode(c.relacl) g left join pg_roles r on r.oid = g.grantee
    where ${inSchemas} and ${toOthers('c.relowner')}`,
  'grants on functions': `
    select format('%s: %s to %s', f.oid::regprocedure, g.privilege_type, coalesce(r.rolname, 'public'))
    from pg_proc f join pg_namespace n on n.oid = f.pronamespace
    cross join lateral aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) g
    left join pg_roles r on r.oid = g.grantee
    where ${inSchemas} and ${toOthers('f.proowner')} and ${notFromExtension('pg_proc', 'f.oid')}`,
  'grants on columns': `
    select format('%s.%I: %s to %s', c.oid::regclass, a.attname, g.privilege_type, coalesce(r.rolname, 'public'))
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    cross join lateral aclexplode(a.attacl) g left join pg_roles r on r.oid = g.grantee
    where ${inSchemas} and not a.attisdropped and ${toOthers('c.relowner')}`,
  'grants on schemas': `
    select format('%I: %s to %s', n.nspname, g.privilege_type, coalesce(r.rolname, 'public'))
    from pg_namespace n cross join lateral aclexplode(n.nspacl) g left join pg_roles r on r.oid = g.grantee
    where ${inSchemas} and ${toOthers('n.nspowner')}`,
};

/** Describes the database as the transaction sees it. Counts all rows. */
export async function takeInventory(client: Client): Promise<Inventory> {
  // With an empty path, names of tables are printed with their schema.
  await client.query(`set local search_path = ''`);
  const structure: Record<string, string[]> = {};
  for (const [kind, query] of Object.entries(descriptions)) {
    const { rows } = await client.query<[string]>({ text: query, rowMode: 'array' });
    structure[kind] = rows.map(([line]) => line).sort();
  }
  return {
    schemaVersion: await schemaVersion(client),
    rows: await countRows(client),
    structure,
    roles: await grantedRoles(client),
  };
}

async function schemaVersion(client: Client): Promise<string> {
  const { rows } = await client.query<{ version: string | null }>(
    `select max(version) as version from supabase_migrations.schema_migrations`,
  );
  return rows[0]?.version ?? '';
}

async function countRows(client: Client): Promise<Record<string, number>> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and ${inSchemas} and ${notFromExtension('pg_class', 'c.oid')} order by 1`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const { rows } = await client.query<{ count: string }>(`select count(*) from ${name}`);
    counts[name] = Number(rows[0]?.count);
  }
  return counts;
}

/** Roles belong to the server: a dump names those that it grants something to, and does not contain them. */
async function grantedRoles(client: Client): Promise<InventoryRole[]> {
  const { rows } = await client.query<InventoryRole>(
    `select r.rolname as name, r.rolcanlogin as login, r.rolinherit as inherit, r.rolbypassrls as bypassrls,
       coalesce(s.setconfig, '{}') as settings
     from pg_roles r left join pg_db_role_setting s on s.setrole = r.oid and s.setdatabase = 0
     where exists (
       select from pg_shdepend d join pg_database b on b.oid = d.dbid
       where b.datname = current_database() and d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid
         and (d.deptype in ('a', 'r') or d.classid = 'pg_default_acl'::regclass)
     )
     order by r.rolname`,
  );
  return rows;
}

/** Returns one sentence per difference, at most five per kind. */
export function inventoryFaults(expected: Inventory, found: Inventory): string[] {
  const kinds = Object.keys(expected.structure);
  return [
    ...listFaults('migrations', [expected.schemaVersion], [found.schemaVersion]),
    ...kinds.flatMap((kind) => listFaults(kind, expected.structure[kind] ?? [], found.structure[kind] ?? [])),
    ...listFaults('row counts', rowLines(expected), rowLines(found)),
    ...listFaults('roles', roleLines(expected), roleLines(found)),
  ];
}

const rowLines = ({ rows }: Inventory) =>
  Object.entries(rows).map(([table, count]) => `${table}: ${count} rows`);

const roleLines = ({ roles }: Inventory) =>
  roles.map(({ name, settings, ...flags }) => {
    const set = Object.entries(flags).flatMap(([flag, on]) => (on ? [flag] : []));
    return `${name} (${[...set, ...settings].sort().join(', ')})`;
  });

function listFaults(kind: string, expected: readonly string[], found: readonly string[]): string[] {
  const [before, after] = [new Set(expected), new Set(found)];
  const faults = [
    ...expected.filter((line) => !after.has(line)).map((line) => `${kind}: missing ${line}`),
    ...found.filter((line) => !before.has(line)).map((line) => `${kind}: unexpected ${line}`),
  ];
  return faults.length > 5
    ? [...faults.slice(0, 5), `${kind}: ${faults.length - 5} more differences`]
    : faults;
}
