import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../src/migrate.ts';
import { actAs } from './act-as.ts';
import { useServer } from './server.ts';
import { alice, insertion, usageRow } from './two-users.ts';
import { uuidV7 } from './uuid-v7.ts';

const server = useServer();
const router = { role: 'vc_llm_router', acrossUsers: true };
let owner: Client;

beforeAll(async () => {
  const url = await server.database();
  await migrate({ url });
  owner = new Client(url);
  await owner.connect();
});

afterAll(() => owner.end());

function record(row: Record<string, unknown>) {
  const { statement, values } = insertion('llm_usage', { ...row, user_id: alice });
  return actAs(owner, router, statement, values);
}

/** Midday of the 15th, so that no time zone moves it into another month. */
function inMonths(offset: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 15, 12));
}

it('a replayed row conflicts, so that no call is charged twice', async () => {
  const row = usageRow();
  const { statement, values } = insertion('llm_usage', { ...row, user_id: alice });
  await owner.query(statement, values);
  await expect(record(row)).rejects.toMatchObject({ code: '23505' });
  const replay = await actAs(owner, router, `${statement} on conflict (id, created_at) do nothing`, values);
  expect(replay.rowCount).toBe(0);
});

it('a time that differs from the id’s is refused, so that a replay cannot end up in another month', async () => {
  const row = usageRow();
  await expect(record({ ...row, created_at: inMonths(-1) })).rejects.toMatchObject({ code: '23514' });
});

it('a row outside of all months fails loudly', async () => {
  expect((await record(usageRow(inMonths(3)))).rowCount).toBe(1);
  await expect(record(usageRow(inMonths(4)))).rejects.toThrow(/no partition of relation/);
  await expect(record(usageRow(inMonths(-2)))).rejects.toThrow(/no partition of relation/);
});

it('the time of an id is exact to the millisecond', async () => {
  const times = Array.from(
    { length: 500 },
    (_, index) => new Date(1_700_000_000_000 + index * 7_919_777_777),
  );
  const { rows } = await owner.query(
    `select vc_private.uuid_v7_time(id) = time as equal
     from unnest($1::uuid[], $2::timestamptz[]) as pairs (id, time)`,
    [times.map(uuidV7), times],
  );
  expect(rows.map(({ equal }) => equal)).toEqual(times.map(() => true));
});

it('the router creates partitions ahead in any time zone, and a second call finds them', async () => {
  const url = new URL(await server.database());
  await migrate({ url: url.href });
  url.searchParams.set('options', '-c timezone=Pacific/Auckland');
  const client = new Client(url.href);
  await client.connect();
  try {
    await client.query('set role vc_llm_router');
    const ahead = async () => {
      const { rows } = await client.query('select vc_private.create_llm_usage_partitions(5) as made');
      return rows[0].made;
    };
    const name = (offset: number) =>
      `llm_usage_${inMonths(offset).toISOString().slice(0, 7).replace('-', '_')}`;
    expect(await ahead()).toEqual([name(4), name(5)]);
    expect(await ahead()).toEqual([]);
    await client.query('reset role');
    const { statement, values } = insertion('llm_usage', { ...usageRow(inMonths(5)), user_id: alice });
    expect((await actAs(client, router, statement, values)).rowCount).toBe(1);
    const { rows } = await client.query(
      `select relrowsecurity, relacl is null or relacl::text !~ '(vc_|anon|authenticated|service_role|[{,]=)' as closed
       from pg_class where relname = $1`,
      [name(5)],
    );
    expect(rows).toEqual([{ relrowsecurity: true, closed: true }]);
  } finally {
    await client.end();
  }
});

it('partitions cover whole months of UTC without a gap', async () => {
  const edges = [inMonths(0), inMonths(1)].map((time) => {
    const start = Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), 1);
    return [new Date(start - 1), new Date(start)];
  });
  for (const time of edges.flat()) expect((await record(usageRow(time))).rowCount).toBe(1);
});

it('a partition is out of reach even for the router', async () => {
  const { rows } = await owner.query(`select inhrelid::regclass::text as name from pg_inherits
    where inhparent = 'llm_usage'::regclass`);
  expect(rows.length).toBeGreaterThanOrEqual(5);
  for (const { name } of rows) {
    await expect(actAs(owner, router, `select from ${name}`)).rejects.toThrow(/permission denied/);
  }
});

it('no other role creates partitions, and their number is limited', async () => {
  const call = (role: string, months: number) =>
    actAs(owner, { role }, 'select vc_private.create_llm_usage_partitions($1)', [months]);
  await expect(call('vc_canvas', 1)).rejects.toThrow(/permission denied/);
  await expect(call('vc_llm_router', 25)).rejects.toThrow(/takes 0 to 24 months/);
});

describe('dropping expired partitions', () => {
  const name = (offset: number) =>
    `llm_usage_${inMonths(offset).toISOString().slice(0, 7).replace('-', '_')}`;
  let url: URL;
  let client: Client;

  beforeEach(async () => {
    url = new URL(await server.database());
    await migrate({ url: url.href });
    url.searchParams.set('options', '-c timezone=Pacific/Auckland');
    client = new Client(url.href);
    await client.connect();
  });
  afterEach(() => client.end());

  /** Creates a past month. */
  async function makeOld(offset: number): Promise<void> {
    const [from, until] = [offset, offset + 1].map((month) =>
      inMonths(month)
        .toISOString()
        .replace(/-15T12.*$/, '-01T00:00Z'),
    );
    await client.query(`create table vc_private.${name(offset)} (like public.llm_usage including all)`);
    await client.query(
      `alter table public.llm_usage attach partition vc_private.${name(offset)} for values from ('${from}') to ('${until}')`,
    );
  }

  const drop = async (monthsKept: number): Promise<string[]> => {
    const statement = 'select vc_private.drop_llm_usage_partitions($1) as dropped';
    await client.query('set role vc_llm_router');
    try {
      return (await client.query(statement, [monthsKept])).rows[0].dropped;
    } finally {
      await client.query('reset role');
    }
  };

  const months = async (): Promise<string[]> => {
    const { rows } =
      await client.query(`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'llm_usage'::regclass and c.relkind = 'r' order by 1`);
    return rows.map((row) => row.name);
  };

  it('the router drops whole months past retention, oldest first, and a second call finds none', async () => {
    for (const offset of [-14, -13, -12, -2]) await makeOld(offset);
    expect(await drop(12)).toEqual([name(-14), name(-13)]);
    expect(await drop(12)).toEqual([]);
    expect(await months()).toEqual([-12, -2, -1, 0, 1, 2, 3].map(name));
  });

  it('the current month and the last one stay, however short the retention', async () => {
    await makeOld(-2);
    expect(await drop(1)).toEqual([name(-2)]);
    for (const few of [0, -1, 1_201]) await expect(drop(few)).rejects.toThrow(/keeps 1 to 1200 months/);
    expect(await months()).toEqual([-1, 0, 1, 2, 3].map(name));
  });

  it('only the rows of the dropped month are deleted', async () => {
    await makeOld(-2);
    for (const offset of [-2, -1]) {
      const { statement, values } = insertion('llm_usage', { ...usageRow(inMonths(offset)), user_id: alice });
      await client.query(statement, values);
    }
    await drop(1);
    const { rows } = await client.query('select created_at from llm_usage');
    expect(rows).toEqual([{ created_at: inMonths(-1) }]);
  });

  it('it gives up within about a second while a query reads the ledger, and drops nothing', async () => {
    await makeOld(-2);
    const reader = new Client(url.href);
    await reader.connect();
    try {
      await reader.query('begin; select from llm_usage');
      await expect(drop(1)).rejects.toMatchObject({ code: '55P03' });
      expect(await months()).toContain(name(-2));
      await reader.query('commit');
      expect(await drop(1)).toEqual([name(-2)]);
    } finally {
      await reader.end();
    }
  });

  it('no other role drops partitions', async () => {
    await expect(
      actAs(client, { role: 'vc_canvas' }, 'select vc_private.drop_llm_usage_partitions(12)'),
    ).rejects.toThrow(/permission denied/);
  });
});
