import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../src/migrate.ts';
import { serviceRoles } from '../src/service-roles.ts';
import { insertRows, newRows } from './access-rows.ts';
import { type Access, expectedAccess, type Speaker } from './expected-access.ts';
import { connectAs, installProbe, type Outcome, outcomes } from './probe.ts';
import { useServer } from './server.ts';
import { alice, bob } from './two-users.ts';

const server = useServer();
const roles = ['anon', 'authenticated', 'service_role', ...Object.values(serviceRoles)];
const sessions = new Map<string, Client>();
let owner: Client;
let tables: Map<string, readonly string[]>;

beforeAll(async () => {
  const url = await server.database();
  await migrate({ url });
  owner = new Client(url);
  await owner.connect();
  await owner.query('select vc_private.create_llm_usage_partitions(5)');
  await insertRows(owner);
  await installProbe(owner);
  tables = await columnsByTable();
  for (const role of roles) sessions.set(role, await connectAs(url, role));
});

afterAll(() => Promise.all([owner, ...sessions.values()].map((client) => client.end())));

/** Every table, partitions included, with its columns in order. */
async function columnsByTable(): Promise<Map<string, readonly string[]>> {
  const { rows } = await owner.query<{ name: string; columns: string[] }>(`
    select n.nspname || '.' || c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and a.attgenerated = ''
    where c.relkind in ('r', 'p') and n.nspname in ('public', 'vc_private', 'auth')
    group by name`);
  return new Map(rows.map(({ name, columns }) => [name, columns]));
}

const isPartition = (table: string) => /^vc_private\.llm_usage_\d{4}_\d{2}$/.test(table);

/** A partition accepts the same rows as the ledger. */
const newRowsOf = (table: string) =>
  isPartition(table)
    ? new Map(
        [...newRows('public.llm_usage')].map(([user, sql]) => [user, sql.replace('public.llm_usage', table)]),
      )
    : newRows(table);

/** One statement per kind of access to a table; one update per column where column grants matter. */
function statementsOn(table: string, columns: readonly string[], access: Access): Map<string, string> {
  const updated = access.columns ? columns : columns.slice(-1);
  return new Map([
    ['select', `select from ${table}`],
    ...[...newRowsOf(table)].map(([user, sql]): [string, string] => [`insert ${user}`, sql]),
    ...updated.map((column): [string, string] => [
      `update ${column}`,
      `update ${table} set ${column} = ${column}`,
    ]),
    ['delete', `delete from ${table}`],
  ]);
}

async function count(table: string, condition: string): Promise<number> {
  const { rows } = await owner.query(`select count(*)::integer as count from ${table} where ${condition}`);
  return rows[0].count;
}

/** Expected result of each statement: the owner's row count, or a refusal. */
async function expectedOn(
  table: string,
  columns: readonly string[],
  access: Access,
  speaker: Speaker,
): Promise<Record<string, Outcome>> {
  const reached = async (action: 'select' | 'update' | 'delete'): Promise<Outcome> =>
    access[action] ? count(table, access[action](speaker)) : 'denied';
  const inserted = async (user: string | undefined): Promise<Outcome> => {
    if (!access.insert) return 'denied';
    const whose = user === undefined ? 'true' : `user_id = '${user}'`;
    return (await count(table, `${whose} and ${access.insert(speaker)}`)) > 0 ? 1 : 'refused';
  };
  const expected: Record<string, Outcome> = {
    select: await reached('select'),
    delete: await reached('delete'),
  };
  for (const user of newRowsOf(table).keys()) expected[`insert ${user}`] = await inserted(user);
  for (const column of access.columns ? columns : columns.slice(-1)) {
    const mayChange = access.columns?.includes(column) ?? true;
    expected[`update ${column}`] = mayChange ? await reached('update') : 'denied';
  }
  return expected;
}

const speakers: Speaker[] = roles.flatMap((role) =>
  [undefined, alice, bob].flatMap((user) =>
    [false, true].map((acrossUsers) => ({ role, acrossUsers, ...(user === undefined ? {} : { user }) })),
  ),
);

it('every table has its expectations', () => {
  const found = [...tables.keys()].filter((table) => !isPartition(table));
  expect(found.sort()).toEqual(Object.keys(expectedAccess).sort());
  expect([...tables.keys()].filter(isPartition)).toHaveLength(7);
});

describe.each(speakers)('$role, with the claims of $user, across users: $acrossUsers', (speaker) => {
  it('has exactly the expected access to every table and partition', async () => {
    const expected: Record<string, Outcome> = {};
    const statements = new Map<string, string>();
    for (const [table, columns] of tables) {
      const access = expectedAccess[table]?.[speaker.role] ?? {};
      const expectedHere = await expectedOn(table, columns, access, speaker);
      for (const [name, outcome] of Object.entries(expectedHere)) expected[`${table}: ${name}`] = outcome;
      for (const [name, sql] of statementsOn(table, columns, access))
        statements.set(`${table}: ${name}`, sql);
    }
    const session = sessions.get(speaker.role);
    if (!session) throw new Error(`There is no session of ${speaker.role}.`);
    expect(await outcomes(session, speaker, statements)).toEqual(expected);
  });
});

it('a role’s session cannot change its role', async () => {
  for (const [role, session] of sessions) {
    for (const other of roles.filter((name) => name !== role)) {
      await expect(session.query(`set role ${other}`)).rejects.toThrow(/permission denied to set role/);
    }
  }
});

describe('row level security', () => {
  const withoutIt = async (): Promise<string[]> => {
    const { rows } = await owner.query(`
      select oid::regclass::text as name from pg_class
      where relkind in ('r', 'p') and not relrowsecurity
        and relnamespace in ('public'::regnamespace, 'vc_private'::regnamespace, 'auth'::regnamespace)`);
    return rows.map(({ name }) => name);
  };

  it('is on for every table, later partitions included, and a table without it fails this test', async () => {
    expect(await withoutIt()).toEqual([]);
    await owner.query('begin');
    await owner.query('create table vc_private.forgotten (id uuid)');
    const found = await withoutIt();
    await owner.query('rollback');
    expect(found).toEqual(['vc_private.forgotten']);
  });
});
