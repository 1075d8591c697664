import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseUrl, withClient } from '../src/connection.ts';
import { migrate } from '../src/migrate.ts';
import { catalogSnapshot } from './catalog-snapshot.ts';
import { expectedFunctions, expectedGrants } from './expected-grants.ts';
import { grantedFunctions, grantedTables } from './granted.ts';
import { hostedProject } from './hosted-supabase.ts';
import { applyRaw, rawFiles } from './raw-files.ts';
import { useOwnServer } from './server.ts';

const foreignObjects = `
  select 'schema ' || nspname as "object", nspowner::regrole::text as "owner", nspacl::text as "acl"
    from pg_namespace where nspname = 'auth'
  union all
  select 'relation ' || oid::regclass, relowner::regrole::text, relacl::text
    from pg_class where relnamespace = 'auth'::regnamespace
  union all
  select 'policy ' || polname, '', '' from pg_policy where polrelid = 'auth.users'::regclass
  union all
  select 'function ' || pg_get_functiondef(oid), proowner::regrole::text, proacl::text
    from pg_proc where pronamespace = 'auth'::regnamespace
  union all
  select 'role ' || rolname, concat(rolbypassrls, rolcanlogin, rolinherit), setconfig::text
    from pg_roles left join pg_db_role_setting on setrole = pg_roles.oid
    where rolname in ('anon', 'authenticated', 'service_role', 'authenticator', 'supabase_auth_admin')
  union all
  select 'defaults ' || defaclobjtype::text, defaclrole::regrole::text, defaclacl::text from pg_default_acl
  order by 1`;

describe.each([15, 18] as const)('on hosted Supabase with PostgreSQL %i', (major) => {
  const server = useOwnServer(major);
  let ownerUrl: string;
  let before: unknown[];
  const asSuperuser = <T>(work: (client: Client) => Promise<T>) =>
    withClient(databaseUrl(server.url, 'project'), work);
  const findForeign = () => asSuperuser(async (client) => (await client.query(foreignObjects)).rows);

  beforeAll(async () => {
    ownerUrl = await hostedProject(server.url);
    before = await findForeign();
    await migrate({ url: ownerUrl, rolePasswords: { vc_canvas: 'a password' } });
  });

  it('objects of Supabase stay unchanged', async () => {
    expect(before.length).toBeGreaterThan(10);
    expect(await findForeign()).toEqual(before);
  });

  it("Supabase's default grants on new tables and functions are revoked", async () => {
    const { 'auth.users': _, ...ours } = expectedGrants;
    const found = await asSuperuser((client) => grantedTables(client, ['public', 'vc_private']));
    expect(found).toMatchObject(ours);
    const granted = Object.entries(found).filter(([table]) => !(table in ours));
    expect(granted.map(([, grants]) => grants)).toEqual(granted.map(() => ({})));
    expect(await asSuperuser((client) => grantedFunctions(client, ['public', 'vc_private']))).toEqual(
      expectedFunctions,
    );
  });

  it('the files applied again change nothing', async () => {
    const expected = await catalogSnapshot(ownerUrl);
    await applyRaw(ownerUrl, await rawFiles());
    expect(await catalogSnapshot(ownerUrl)).toEqual(expected);
  });

  it('a service works with its password and the claims of a user', async () => {
    const user = '00000000-0000-4000-8000-00000000000a';
    await asSuperuser((client) => client.query('insert into auth.users (id) values ($1)', [user]));
    const url = new URL(ownerUrl);
    url.username = 'vc_canvas';
    url.password = 'a password';
    await withClient(url.href, async (service) => {
      await service.query('begin');
      await service.query(`select set_config('request.jwt.claims', $1, true)`, [
        JSON.stringify({ sub: user }),
      ]);
      await service.query(
        `insert into canvases (id, user_id, business_description, blocks, revision)
         values (gen_random_uuid(), $1, 'a bakery', '{}', 1)`,
        [user],
      );
      await service.query(`select vc_private.submit_llm_job(gen_random_uuid(), 'custom_prompt', '{}')`);
      expect((await service.query('select from canvases')).rowCount).toBe(1);
    });
  });

  it('the gateway lists the accounts of Supabase, and changes one, without rights on auth.users', async () => {
    const user = '00000000-0000-4000-8000-00000000000c';
    await asSuperuser(async (client) => {
      await client.query(
        `insert into auth.users (id, email, created_at, raw_app_meta_data)
         values ($1, 'Ada@example.com', now(), '{"provider":"email"}')`,
        [user],
      );
      await client.query('set role vc_gateway');
      await expect(client.query('select from auth.users')).rejects.toThrow(/permission denied/);
      const seen = (by: string) =>
        client.query(`select email, raw_app_meta_data from vc_private.platform_users(${by})`);
      const listed = await seen('null, null, null, null, 10');
      expect(listed.rows).toEqual([{ email: 'Ada@example.com', raw_app_meta_data: { provider: 'email' } }]);
      expect(
        (await client.query('select vc_private.lock_platform_user(null, $1)', ['ada@example.com'])).rowCount,
      ).toBe(1);
      await client.query(`select vc_private.set_platform_user($1, '{"role":"operator"}', now())`, [user]);
      expect((await seen(`array['${user}']::uuid[], null, null, null, null`)).rows).toEqual([
        { email: 'Ada@example.com', raw_app_meta_data: { provider: 'email', role: 'operator' } },
      ]);
      await client.query('reset role');
    });
  });

  it('the gateway deletes an account of Supabase, with its canvases', async () => {
    const user = '00000000-0000-4000-8000-00000000000b';
    await asSuperuser(async (client) => {
      await client.query('insert into auth.users (id) values ($1)', [user]);
      await client.query(
        `insert into canvases (id, user_id, business_description, blocks, revision)
         values (gen_random_uuid(), $1, 'a bakery', '{}', 1)`,
        [user],
      );
      await client.query('set role vc_gateway');
      const { rowCount } = await client.query('select vc_private.erase_account($1)', [user]);
      expect(rowCount).toBe(1);
      await client.query('reset role');
      const left = await client.query('select user_id from canvases where user_id = $1', [user]);
      expect(left.rows).toEqual([]);
    });
  });
});
