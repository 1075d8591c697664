import { randomBytes, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../src/migrate.ts';
import { serviceRoles } from '../src/service-roles.ts';
import { type Actor, actAs } from './act-as.ts';
import { expectedAccess } from './expected-access.ts';
import { expectedGrants } from './expected-grants.ts';
import { useServer } from './server.ts';
import { alice, bob, insertion, insertTwoUsers, userTables } from './two-users.ts';

const server = useServer();
let owner: Client;

beforeAll(async () => {
  const url = await server.database();
  await migrate({ url });
  owner = new Client(url);
  await owner.connect();
  await insertTwoUsers(owner);
});

afterAll(() => owner.end());

async function usersSeen(actor: Actor, table: string): Promise<string[]> {
  const { rows } = await actAs(owner, actor, `select distinct user_id from ${table} order by user_id`);
  return rows.map(({ user_id }) => user_id);
}

const mayDo = (table: string, role: string, action: string) =>
  expectedGrants[table]?.[role]?.includes(action) ?? false;

it('the list of tables of users is complete', async () => {
  const { rows } = await owner.query(`
    select attrelid::regclass::text as name from pg_attribute join pg_class on pg_class.oid = attrelid
    where attname = 'user_id' and relkind in ('r', 'p') and not relispartition`);
  const qualified = rows.map(({ name }) => (name.includes('.') ? name : `public.${name}`));
  // Sessions are looked up before claims exist: by the gateway only, for any user.
  const ofGateway = [
    'vc_private.account_deletions',
    'vc_private.auth_sessions',
    'vc_private.browser_sessions',
    'vc_private.password_resets',
  ];
  const expected = [...userTables.map(({ table }) => table), ...ofGateway];
  expect(qualified.sort()).toEqual(expected.sort());
});

describe.each(userTables)('$table', ({ table, role, row, isSharedWork, sharedWith = [] }) => {
  const own = (user: string) => insertion(table, { ...row(randomUUID()), user_id: user });
  const insertAs = (actor: Actor, user: string) => {
    const { statement, values } = own(user);
    return actAs(owner, actor, statement, values);
  };

  it('its service sees the rows of the user in the claims, and none without claims', async () => {
    expect(await usersSeen({ role, user: alice }, table)).toEqual([alice]);
    expect(await usersSeen({ role, user: bob }, table)).toEqual([bob]);
    expect(await usersSeen({ role, user: randomUUID() }, table)).toEqual([]);
    expect(await usersSeen({ role }, table)).toEqual([]);
  });

  it('across users, its service sees all rows only if it has work across users', async () => {
    const expected = isSharedWork ? [alice, bob] : [];
    expect(await usersSeen({ role, acrossUsers: true }, table)).toEqual(expected);
  });

  it('a client of Supabase sees only its own rows, even across users, and writes none', async () => {
    const client = { role: 'authenticated', user: alice, acrossUsers: true };
    if (mayDo(table, 'authenticated', 'select')) {
      expect(await usersSeen(client, table)).toEqual([alice]);
      expect(await usersSeen({ role: 'authenticated', acrossUsers: true }, table)).toEqual([]);
    } else {
      await expect(usersSeen(client, table)).rejects.toThrow(/permission denied/);
    }
    await expect(insertAs(client, alice)).rejects.toThrow(/permission denied/);
    await expect(actAs(owner, client, `update ${table} set user_id = user_id`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(actAs(owner, client, `delete from ${table}`)).rejects.toThrow(/permission denied/);
  });

  it('anon and service_role are refused', async () => {
    for (const stranger of ['anon', 'service_role']) {
      await expect(usersSeen({ role: stranger, user: alice }, table)).rejects.toThrow(/permission denied/);
    }
  });

  it('another service sees none of its rows and cannot write one', async () => {
    const others = new Set(userTables.map((other) => other.role).filter((other) => other !== role));
    for (const other of others) {
      const actor = { role: other, user: alice, acrossUsers: true };
      const seen = () => usersSeen(actor, table);
      const inserted = () => insertAs(actor, alice);
      if (sharedWith.includes(other)) {
        expect(await seen()).toEqual([]);
        await expect(inserted()).rejects.toThrow(/row-level security/);
      } else {
        await expect(seen()).rejects.toThrow(/permission denied/);
        await expect(inserted()).rejects.toThrow(/permission denied/);
      }
    }
  });

  it("its service cannot write another user's row, or any row without claims", async () => {
    await expect(insertAs({ role, user: alice }, bob)).rejects.toThrow(/row-level security/);
    await expect(insertAs({ role }, alice)).rejects.toThrow(/row-level security/);
  });
});

describe.each(userTables.filter(({ table, role }) => mayDo(table, role, 'update')))(
  '$table',
  ({ table, role }) => {
    it("its service cannot change another user's row, and a user's own only if it should", async () => {
      const column = /update\((\w+)\)/.exec(expectedGrants[table]?.[role] ?? '')?.[1] ?? 'user_id';
      const update = `update ${table} set ${column} = ${column} where user_id = '${bob}'`;
      expect((await actAs(owner, { role, user: alice }, update)).rowCount).toBe(0);
      expect((await actAs(owner, { role }, update)).rowCount).toBe(0);
      const reach = expectedAccess[table]?.[role]?.update?.({ role, user: bob }) ?? 'false';
      const { rowCount: own } = await owner.query(
        `select from ${table} where user_id = '${bob}' and ${reach}`,
      );
      expect((await actAs(owner, { role, user: bob }, update)).rowCount).toBe(own);
    });
  },
);

describe('beyond single tables', () => {
  it("a service cannot delete another user's canvas", async () => {
    const remove = `delete from canvases where user_id = '${bob}'`;
    expect((await actAs(owner, { role: 'vc_canvas', user: alice }, remove)).rowCount).toBe(0);
    expect((await actAs(owner, { role: 'vc_canvas', user: bob }, remove)).rowCount).toBe(1);
  });

  it('a service cannot delete violations of the last day, and older ones only across users', async () => {
    const remove = 'delete from rate_limit_violations';
    const router = { role: 'vc_llm_router', acrossUsers: true };
    expect((await actAs(owner, router, remove)).rowCount).toBe(0);
    await owner.query(`update rate_limit_violations set created_at = now() - interval '25 hours'`);
    expect((await actAs(owner, router, remove)).rowCount).toBe(2);
    expect((await actAs(owner, { role: 'vc_llm_router', user: alice }, remove)).rowCount).toBe(0);
  });

  it('a row cannot be moved to another user', async () => {
    const gift = `update canvases set user_id = '${bob}'`;
    await expect(actAs(owner, { role: 'vc_canvas', user: alice }, gift)).rejects.toThrow(
      /row-level security/,
    );
  });

  it("a revision cannot be added to another user's canvas", async () => {
    const { statement, values } = insertion('canvas_revisions', {
      canvas_id: bob,
      revision: 2,
      user_id: alice,
      source: 'edit',
      business_description: 'a bakery',
      blocks: '{}',
    });
    await expect(actAs(owner, { role: 'vc_canvas', user: alice }, statement, values)).rejects.toThrow(
      /row-level security/,
    );
    await expect(actAs(owner, { role: 'vc_canvas', user: bob }, statement, values)).rejects.toThrow(
      /row-level security/,
    );
  });

  it('a user can rate an execution, and change nothing else in it', async () => {
    const actor = { role: 'vc_prompt_registry', user: alice };
    expect(
      (await actAs(owner, actor, 'update prompt_executions set rating = 5, rated_at = now()')).rowCount,
    ).toBe(1);
    await expect(actAs(owner, actor, 'update prompt_executions set cost_nanos = 0')).rejects.toThrow(
      /permission denied/,
    );
  });

  it('a prompt version keeps its text, and clients see no drafts', async () => {
    const registry = { role: 'vc_prompt_registry' };
    await expect(actAs(owner, registry, `update prompt_versions set template = ''`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(actAs(owner, registry, 'delete from prompt_versions')).rejects.toThrow(/permission denied/);
    const { statement, values } = insertion('prompt_versions', {
      id: randomUUID(),
      prompt_key: 'canvas.secret',
      version: 1,
      template: 'x',
      status: 'draft',
    });
    await owner.query(statement, values);
    const seen = async (role: string) => {
      const { rows } = await actAs(
        owner,
        { role, user: alice },
        'select distinct status from prompt_versions',
      );
      return rows.map(({ status }) => status).sort();
    };
    expect(await seen('vc_prompt_registry')).toEqual(['active', 'draft']);
    expect(await seen('authenticated')).toEqual(['active']);
  });

  it('only one version of a prompt is active', async () => {
    const { statement, values } = insertion('prompt_versions', {
      id: randomUUID(),
      prompt_key: 'canvas.generate',
      version: 2,
      template: 'x',
      status: 'active',
    });
    await expect(actAs(owner, { role: 'vc_prompt_registry' }, statement, values)).rejects.toThrow(
      /prompt_versions_one_active_key/,
    );
  });

  it('the gateway finds users and sessions before there are claims', async () => {
    const gateway = { role: 'vc_gateway' };
    expect((await actAs(owner, gateway, 'select from auth.users')).rowCount).toBe(2);
    const session = insertion('vc_private.auth_sessions', { id: randomUUID(), user_id: alice });
    expect((await actAs(owner, gateway, session.statement, session.values)).rowCount).toBe(1);
  });

  describe('the audit log', () => {
    const services = Object.values(serviceRoles);
    const recording = [
      'vc_gateway',
      'vc_feature_flags',
      'vc_prompt_registry',
      'vc_llm_router',
      'vc_job_worker',
    ];
    const fact = (id = randomUUID()) =>
      JSON.stringify({
        id,
        at: new Date().toISOString(),
        actor: { userId: alice, role: 'operator' },
        operation: 'flags.update',
        target: { kind: 'flag', id: 'new_ui' },
        before: { enabled: true },
        after: { enabled: false },
        requestId: 'r-1',
      });
    const count = async (actor: Actor, id: string) =>
      (await actAs(owner, actor, 'select from vc_private.audit_log where id = $1', [id])).rowCount;

    it('is read by the gateway for users who hold audit:read, and for no other user', async () => {
      const id = randomUUID();
      await owner.query('select vc_private.record_audit($1)', [fact(id)]);
      const gateway = { role: 'vc_gateway', user: alice };
      expect(await count({ ...gateway, permissions: ['flags:read', 'audit:read'] }, id)).toBe(1);
      expect(await count({ ...gateway, permissions: ['flags:write', 'users:write'] }, id)).toBe(0);
      expect(await count({ ...gateway, permissions: [] }, id)).toBe(0);
      expect(await count(gateway, id)).toBe(0);
      expect(await count({ role: 'vc_gateway' }, id)).toBe(0);
      expect(await count({ role: 'vc_gateway', acrossUsers: true }, id)).toBe(0);
    });

    it.each(['anon', 'authenticated', 'service_role', ...services.filter((role) => role !== 'vc_gateway')])(
      'is closed to %s, even with audit:read in the claims',
      async (role) => {
        const actor = { role, user: alice, permissions: ['audit:read'], acrossUsers: true };
        await expect(count(actor, randomUUID())).rejects.toThrow(/permission denied/);
      },
    );

    it.each(services)('takes a record from %s only if the service makes audited changes', async (role) => {
      const recorded = actAs(owner, { role }, 'select vc_private.record_audit($1)', [fact()]);
      if (recording.includes(role)) expect((await recorded).rowCount).toBe(1);
      else await expect(recorded).rejects.toThrow(/permission denied/);
    });

    it('keeps the same record once', async () => {
      const id = randomUUID();
      for (const _ of [1, 2]) await owner.query('select vc_private.record_audit($1)', [fact(id)]);
      const { rows } = await owner.query('select * from vc_private.audit_log where id = $1', [id]);
      expect(rows).toEqual([
        expect.objectContaining({
          actor: 'user',
          actor_id: alice,
          actor_role: 'operator',
          action: 'flags.update',
          target_kind: 'flag',
          subject: 'new_ui',
          before: { enabled: true },
          after: { enabled: false },
        }),
      ]);
    });

    it('cannot be rewritten, and only old records can be deleted', async () => {
      const gateway = { role: 'vc_gateway', user: alice, permissions: ['audit:read'], acrossUsers: true };
      await expect(actAs(owner, gateway, `update vc_private.audit_log set action = 'x'`)).rejects.toThrow(
        /permission denied/,
      );
      expect((await actAs(owner, gateway, 'delete from vc_private.audit_log')).rowCount).toBe(0);
      const old = insertion('vc_private.audit_log', {
        id: randomUUID(),
        at: '2024-11-23',
        actor: 'user',
        action: 'flags.update',
        subject: 'old',
      });
      await owner.query(old.statement, old.values);
      expect((await actAs(owner, gateway, 'delete from vc_private.audit_log')).rowCount).toBe(1);
      const { acrossUsers: _, ...within } = gateway;
      expect((await actAs(owner, within, 'delete from vc_private.audit_log')).rowCount).toBe(0);
    });
  });

  it('the gateway finds a key that is in force by its hash before there are claims, and by nothing else', async () => {
    const gateway = { role: 'vc_gateway' };
    const find = async (hash: Buffer) =>
      (await actAs(owner, gateway, 'select user_id from vc_private.find_api_key($1)', [hash])).rows;
    const { rows } = await owner.query('select key_hash from vc_private.api_keys where user_id = $1', [bob]);
    const [{ key_hash: hash }] = rows;
    expect(await find(hash)).toEqual([{ user_id: bob }]);
    expect(await find(randomBytes(32))).toEqual([]);
    await owner.query('update vc_private.api_keys set revoked_at = now() where user_id = $1', [bob]);
    expect(await find(hash)).toEqual([]);
    await expect(
      actAs(owner, { role: 'vc_canvas', user: bob }, 'select vc_private.find_api_key($1)', [hash]),
    ).rejects.toThrow(/permission denied/);
  });

  it('an email belongs to one user, regardless of case', async () => {
    const { statement, values } = insertion('auth.users', {
      id: randomUUID(),
      email: `${alice}@Example.COM`,
    });
    await expect(actAs(owner, { role: 'vc_gateway' }, statement, values)).rejects.toThrow(
      /users_email_lower_key/,
    );
  });

  it('deleting a user deletes canvases, API keys, idempotency keys, jobs, results and sessions, but not the ledger', async () => {
    const left = `
      with gone as (select '${bob}'::uuid as id)
      select (select count(*)::integer from canvases join gone on user_id = gone.id) as canvases,
        (select count(*)::integer from canvas_revisions join gone on user_id = gone.id) as revisions,
        (select count(*)::integer from vc_private.api_keys join gone on user_id = gone.id) as keys,
        (select count(*)::integer from vc_private.idempotency_keys join gone on user_id = gone.id) as answers,
        (select count(*)::integer from vc_private.llm_jobs join gone on user_id = gone.id) as jobs,
        (select count(*)::integer from llm_job_results join gone on user_id = gone.id) as results,
        (select count(*)::integer from llm_usage join gone on user_id = gone.id) as usage`;
    await owner.query('begin');
    try {
      await owner.query('delete from auth.users where id = $1', [bob]);
      expect((await owner.query(left)).rows).toEqual([
        { canvases: 0, revisions: 0, keys: 0, answers: 0, jobs: 0, results: 0, usage: 1 },
      ]);
    } finally {
      await owner.query('rollback');
    }
  });
});
