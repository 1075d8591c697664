import type { Client } from 'pg';
import { withClient } from '../src/connection.ts';

/** Everything that the migrations create, as PostgreSQL describes it, without the runner's record. */
const ours = `n.nspname in ('public', 'vc_private', 'auth', 'reports')`;

const descriptions = {
  schemas: `
    select n.nspname, n.nspowner::regrole, n.nspacl::text from pg_namespace n where ${ours}`,
  relations: `
    select n.nspname, c.relname, c.relkind, c.relowner::regrole, c.relrowsecurity, c.relforcerowsecurity,
      c.relacl::text, pg_get_expr(c.relpartbound, c.oid) as bound, obj_description(c.oid) as comment
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${ours}`,
  columns: `
    select n.nspname, c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull,
      a.attidentity, a.attacl::text, pg_get_expr(d.adbin, d.adrelid) as default_value,
      col_description(c.oid, a.attnum) as comment
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attnum > 0 and ${ours}`,
  views: `
    select n.nspname, c.relname, pg_get_viewdef(c.oid) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'v' and ${ours}`,
  constraints: `
    select n.nspname, k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)
    from pg_constraint k join pg_namespace n on n.oid = k.connamespace where ${ours}`,
  indexes: `
    select n.schemaname, n.indexname, n.indexdef from pg_indexes n
    where n.schemaname in ('public', 'vc_private', 'auth')`,
  policies: `
    select p.* from pg_policies p where p.schemaname in ('public', 'vc_private', 'auth')`,
  functions: `
    select p.oid::regprocedure, p.proowner::regrole, p.proacl::text, pg_get_functiondef(p.oid)
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${ours}`,
  triggers: `
    select t.tgrelid::regclass, t.tgname, pg_get_triggerdef(t.oid) from pg_trigger t
    join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where not t.tgisinternal and ${ours}`,
  defaultPrivileges: `
    select d.defaclrole::regrole, d.defaclnamespace::regnamespace, d.defaclobjtype, d.defaclacl::text
    from pg_default_acl d`,
  roles: `
    select r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication,
      r.rolbypassrls, s.setconfig
    from pg_roles r left join pg_db_role_setting s on s.setrole = r.oid
    where r.rolname like 'vc\\_%' or r.rolname in ('anon', 'authenticated', 'service_role')`,
  prompts: `select p.* from public.prompt_versions p`,
  flags: `select f.* from public.feature_flags f`,
};

/** A description of the database, its data and its roles, equal for two databases that dump alike. */
export async function catalogSnapshot(url: string): Promise<Record<string, string[]>> {
  return withClient(url, async (client) => {
    const entries: [string, string[]][] = [];
    for (const [kind, query] of Object.entries(descriptions))
      entries.push([kind, await lines(client, query)]);
    return Object.fromEntries(entries);
  });
}

async function lines(client: Client, query: string): Promise<string[]> {
  const { rows } = await client.query(
    `select row_to_json(described)::text as line from (${query}) described`,
  );
  return rows.map(({ line }) => line as string).sort();
}
