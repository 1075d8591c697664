import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../src/migrate.ts';
import { serviceRoles } from '../src/service-roles.ts';
import { expectedFunctions, expectedGrants } from './expected-grants.ts';
import { grantedFunctions, grantedTables } from './granted.ts';
import { useServer } from './server.ts';

const server = useServer();
let owner: Client;

beforeAll(async () => {
  const url = await server.database();
  await migrate({ url });
  owner = new Client(url);
  await owner.connect();
});

afterAll(() => owner.end());

async function column(query: string): Promise<string[]> {
  const { rows } = await owner.query({ text: query, rowMode: 'array' });
  return rows.map(([value]) => String(value));
}

describe('grants', () => {
  it('exactly these tables exist, open to exactly these roles', async () => {
    const found = await grantedTables(owner, ['public', 'vc_private', 'auth']);
    const isPartition = (table: string) => /^vc_private\.llm_usage_\d{4}_\d{2}$/.test(table);
    const partitions = Object.keys(found).filter(isPartition);
    expect(partitions).toHaveLength(5);
    expect(partitions.map((table) => found[table])).toEqual(partitions.map(() => ({})));
    const tables = Object.entries(found).filter(([table]) => !isPartition(table));
    expect(Object.fromEntries(tables)).toEqual(expectedGrants);
  });

  it('the views for operators are open to their owner only', async () => {
    const views = await grantedTables(owner, ['reports']);
    expect(Object.keys(views).length).toBeGreaterThan(10);
    expect(Object.values(views).filter((grants) => Object.keys(grants).length > 0)).toEqual([]);
    const allowed = await column(`
      select rolname from pg_roles
      where not rolsuper and rolname !~ '^pg_' and has_schema_privilege(oid, 'reports', 'usage')`);
    expect(allowed).toEqual([]);
  });

  it('the documented queries for operators run', async () => {
    const page = await readFile(new URL('../../../docs/operator-queries.md', import.meta.url), 'utf8');
    const examples = [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) => sql);
    expect(examples.length).toBeGreaterThan(5);
    for (const sql of examples) await owner.query(`begin; ${sql} rollback`);
  });

  it('exactly these functions exist, and no other role may call them', async () => {
    expect(await grantedFunctions(owner, ['public', 'vc_private'])).toEqual(expectedFunctions);
    const auth = await grantedFunctions(owner, ['auth']);
    expect(Object.keys(auth).sort()).toEqual(['auth.jwt()', 'auth.uid()']);
    expect(Object.values(auth).join()).not.toMatch(/\bpublic\b/);
  });

  it('only services with private tables may use the private schema', async () => {
    expect(
      await column(`
        select rolname from pg_roles
        where not rolsuper and rolname !~ '^pg_' and has_schema_privilege(oid, 'vc_private', 'usage')
        order by rolname`),
    ).toEqual([
      'vc_canvas',
      'vc_feature_flags',
      'vc_gateway',
      'vc_job_worker',
      'vc_llm_router',
      'vc_prompt_registry',
    ]);
  });

  it('no service may create anything in public', async () => {
    expect(
      await column(`
        select rolname from pg_roles
        where rolname like 'vc\\_%' and has_schema_privilege(oid, 'public', 'create')`),
    ).toEqual([]);
  });

  it('definer functions cannot be misled by a search path', async () => {
    expect(
      await column(`
        select p.oid::regprocedure from pg_proc p
        where p.pronamespace in ('public'::regnamespace, 'vc_private'::regnamespace, 'auth'::regnamespace)
          and p.proconfig is distinct from array['search_path=""']`),
    ).toEqual([]);
  });
});

describe('service roles', () => {
  it('there is one per service, which may log in, has no server privileges and is a member of no other role', async () => {
    const { rows } = await owner.query(`
      select rolname from pg_roles
      where rolname like 'vc\\_%' and rolcanlogin
        and not (rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication)
        and not exists (select from pg_auth_members where pg_roles.oid in (member, roleid))
      order by rolname`);
    expect(rows.map(({ rolname }) => rolname)).toEqual(Object.values(serviceRoles).sort());
  });

  it('each bounds its statements, its waits and its idle transactions, and pins its search path', async () => {
    expect(
      await column(`
        select distinct array_to_string(setconfig, ', ') from pg_db_role_setting
        join pg_roles on pg_roles.oid = setrole and rolname like 'vc\\_%'`),
    ).toEqual([
      'statement_timeout=15s, lock_timeout=5s, idle_in_transaction_session_timeout=30s, search_path=public',
    ]);
  });
});

describe('policies', () => {
  it('row level security is on for every table, partitions included', async () => {
    expect(
      await column(`
        select oid::regclass from pg_class
        where relkind in ('r', 'p') and not relrowsecurity
          and relnamespace in ('public'::regnamespace, 'vc_private'::regnamespace, 'auth'::regnamespace)`),
    ).toEqual([]);
  });

  it('none applies to everyone, to anon or to service_role, and none covers more than one command', async () => {
    expect(
      await column(`
        select tablename || ': ' || policyname from pg_policies
        where cmd = 'ALL' or roles && '{public,anon,service_role}'`),
    ).toEqual([]);
  });

  it('an update is checked before and after', async () => {
    expect(
      await column(`
        select tablename || ': ' || policyname from pg_policies
        where cmd = 'UPDATE' and (qual is null or with_check is distinct from qual)`),
    ).toEqual([]);
  });

  it('a column by which rows are chosen leads an index', async () => {
    const unindexed = await column(`
      select distinct a.attrelid::regclass || '.' || a.attname from pg_policy p
      join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
        and d.refclassid = 'pg_class'::regclass
      join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid and a.attnum > 0
      where p.polcmd <> 'a'
        and not exists (
          select from pg_index i
          where i.indrelid = a.attrelid and i.indkey[0] = a.attnum and i.indpred is null
        )`);
    // There are a few dozen versions of prompts, and all but the drafts are chosen. The index of finished jobs is partial.
    expect(unindexed).toEqual(['prompt_versions.status', 'vc_private.llm_jobs.finished_at']);
  });

  it('claims and settings are looked up once per statement, not once per row', async () => {
    expect(
      await column(`
        select tablename || ': ' || policyname from pg_policies
        where schemaname <> 'auth'
          and regexp_replace(coalesce(qual, '') || coalesce(with_check, ''),
            '\\( SELECT (auth\\.uid|vc_private\\.across_users)\\(\\) AS (uid|across_users)\\)', '', 'g')
            ~ '(uid|across_users)\\('`),
    ).toEqual([]);
  });
});
