import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { withClient } from '../src/connection.ts';
import { migrate } from '../src/migrate.ts';
import { migrationsDirectory, readMigrations } from '../src/migration-files.ts';
import { rolePasswordsFrom, serviceRoles } from '../src/service-roles.ts';
import { useOwnServer } from './server.ts';

const server = useOwnServer(15);
const migrations = await readMigrations();
const total = migrations.length;
const [latest] = migrations.slice(-1);

/** A copy of the migrations, in which tests add and remove files. */
async function copyOfMigrations(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'valuecanvas-migrations-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await cp(migrationsDirectory, directory, { recursive: true });
  return directory;
}

const counted = (url: string) =>
  withClient(url, async (client) => {
    const { rows } = await client.query(
      'select count(*)::integer as count from supabase_migrations.schema_migrations',
    );
    return rows[0].count;
  });

describe('several at once', () => {
  const newServer = useOwnServer(15);

  it('two runs on one database share the work, and each migration is applied once', async () => {
    const url = await server.database();
    const results = await Promise.all([migrate({ url }), migrate({ url }), migrate({ url })]);
    expect(results.map(({ applied }) => applied.length).sort()).toEqual([0, 0, total]);
    expect(await counted(url)).toBe(total);
  });

  it('runs on several databases of a new server make and change the same roles', async () => {
    const rolePasswords = Object.fromEntries(Object.values(serviceRoles).map((role) => [role, 'secret']));
    const urls = await Promise.all(Array.from({ length: 5 }, () => newServer.database()));
    const results = await Promise.all(urls.map((url) => migrate({ url, rolePasswords })));
    expect(results.map(({ applied }) => applied.length)).toEqual(urls.map(() => total));
  });
});

describe('the record', () => {
  it('is that of the Supabase CLI: version, name, and the file as its one statement', async () => {
    const url = await server.database();
    await migrate({ url });
    const { rows } = await withClient(url, (client) =>
      client.query(
        'select version, name, statements from supabase_migrations.schema_migrations order by version',
      ),
    );
    const [first] = migrations;
    expect(rows[0]).toEqual({ version: '20241123100000', name: 'baseline', statements: [first?.sql.trim()] });
  });

  it('a record that the Supabase CLI began is continued', async () => {
    const url = await server.database();
    const directory = await copyOfMigrations();
    await migrate({ url, directory });
    await withClient(url, (client) =>
      client.query('delete from supabase_migrations.schema_migrations where version = $1', [latest?.version]),
    );
    expect(await migrate({ url })).toEqual({
      applied: [`${latest?.version}_${latest?.name}`],
      alreadyApplied: total - 1,
    });
  });

  it('a release that is rolled back keeps the newer schema', async () => {
    const url = await server.database();
    const directory = await copyOfMigrations();
    await writeFile(join(directory, '20991231000000_later.sql'), 'select 1');
    await migrate({ url, directory });
    expect(await migrate({ url })).toEqual({ applied: [], alreadyApplied: total + 1 });
  });

  it('a recorded migration between the files that has no file is refused', async () => {
    const url = await server.database();
    const directory = await copyOfMigrations();
    await migrate({ url, directory });
    const files = await readdir(directory);
    await rm(join(directory, files.sort().at(-2) ?? ''));
    await expect(migrate({ url, directory })).rejects.toThrow(
      /^The database has migration \d+, which is not among the files although later ones are\. .*\.$/,
    );
  });

  it('a file older than what is applied is refused', async () => {
    const url = await server.database();
    const directory = await copyOfMigrations();
    await migrate({ url, directory });
    await writeFile(join(directory, '20241123115959_between.sql'), 'select 1');
    await expect(migrate({ url, directory })).rejects.toThrow(
      new RegExp(
        `^20241123115959_between is older than ${latest?.version}, which is already applied: .*\\.$`,
      ),
    );
  });

  it.each([
    ['add_things.sql', /^add_things\.sql is not a valid migration name/],
    ['20241123100000_twice.sql', /^Two migrations have the version 20241123100000/],
  ])('a file called %s is refused', async (file, message) => {
    const directory = await copyOfMigrations();
    await writeFile(join(directory, file), 'select 1');
    await expect(migrate({ url: server.url, directory })).rejects.toThrow(message);
  });
});

describe('a failure', () => {
  it('rolls back its own file, keeps earlier ones, and is named in the error', async () => {
    const url = await server.database();
    const directory = await copyOfMigrations();
    await writeFile(join(directory, '20991231000000_broken.sql'), 'create table half (); select 1 / 0');
    await expect(migrate({ url, directory })).rejects.toThrow(
      /^20991231000000_broken was not applied: division by zero$/,
    );
    expect(await counted(url)).toBe(total);
    const { rows } = await withClient(url, (client) => client.query(`select to_regclass('half') as half`));
    expect(rows).toEqual([{ half: null }]);
  });

  it('a migration of a busy table gives up soon, so that traffic does not queue behind it', async () => {
    const url = await server.database();
    await migrate({ url });
    const directory = await copyOfMigrations();
    await writeFile(join(directory, '20991231000000_lock.sql'), 'alter table canvases add column later text');
    await withClient(url, async (reader) => {
      await reader.query('begin; select from canvases');
      await expect(migrate({ url, directory })).rejects.toThrow(/was not applied: a table was busy/);
    });
  });

  it('a server that cannot be reached is named without its password', async () => {
    const failed = migrate({ url: 'postgresql://owner:geheim@127.0.0.1:1/canvas' });
    await expect(failed).rejects.toThrow(
      /^Cannot connect to PostgreSQL at 127\.0\.0\.1:1\/canvas as owner; /,
    );
    await expect(failed).rejects.not.toThrow(/geheim/);
  });
});

describe('passwords', () => {
  const login = (url: string, user: string, password: string) => {
    const changed = new URL(url);
    changed.username = user;
    changed.password = encodeURIComponent(password);
    return withClient(changed.href, (client) => client.query('select current_user as role'));
  };

  it('come from <SERVICE>_DB_PASSWORD, and an empty one counts as absent', () => {
    const env = {
      LLM_ROUTER_DB_PASSWORD: 'one',
      CANVAS_DB_PASSWORD: '',
      GATEWAY_DB_PASSWORD: 'two',
      OTHER: 'x',
    };
    expect(rolePasswordsFrom(env)).toEqual({ vc_llm_router: 'one', vc_gateway: 'two' });
  });

  it('are set, changed by the next run, and kept if none is given', async () => {
    const url = await server.database();
    await migrate({ url, rolePasswords: { vc_canvas: `it's "\\odd" $1` } });
    await migrate({ url });
    await expect(login(url, 'vc_canvas', `it's "\\odd" $1`)).resolves.toMatchObject({
      rows: [{ role: 'vc_canvas' }],
    });
    await migrate({ url, rolePasswords: { vc_canvas: 'second' } });
    await expect(login(url, 'vc_canvas', 'second')).resolves.toBeDefined();
    await expect(login(url, 'vc_canvas', `it's "\\odd" $1`)).rejects.toThrow(
      /password authentication failed/,
    );
  });

  it('never reach the server, whatever it logs', async () => {
    const url = await server.database();
    await migrate({ url, rolePasswords: { vc_gateway: 'geheim' } });
    const { rows } = await withClient(url, (client) =>
      client.query(`select rolpassword from pg_authid where rolname = 'vc_gateway'`),
    );
    expect(rows[0].rolpassword).toMatch(/^SCRAM-SHA-256\$4096:[^$]+\$[^:]+:.+$/);
  });

  it('that client and server could normalise differently are refused', async () => {
    const url = await server.database();
    await expect(migrate({ url, rolePasswords: { vc_gateway: 'schlüssel' } })).rejects.toThrow(
      /printable ASCII/,
    );
  });
});
