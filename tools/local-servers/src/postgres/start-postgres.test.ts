import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../free-port.ts';
import { commandLine } from '../processes.ts';
import { runCommand } from '../run-command.ts';
import { sleepingStranger } from '../test-support/sleeping-stranger.ts';
import { sql } from '../test-support/sql.ts';
import { starterProcess } from '../test-support/starter-process.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import {
  type PostgresOptions,
  type RunningPostgres,
  removePostgres,
  startPostgres,
} from './start-postgres.ts';

type Choice = Partial<PostgresOptions> & { directory: string };

/** A server that is stopped and deleted when the test ends. */
async function start(choice: Choice): Promise<RunningPostgres> {
  const server = await startPostgres({ durable: false, ...choice });
  onTestFinished(async () => {
    await server.stop();
    await removePostgres(choice.directory);
  });
  return server;
}

async function serverFolder(): Promise<string> {
  return join(await temporaryFolder(), 'with a space', 'postgres');
}

describe('a start', () => {
  test('starts the requested version, with UTC and UTF-8', async () => {
    const server = await start({ directory: await serverFolder() });
    const settings = "select current_setting('server_version'), current_setting('server_encoding')";
    expect(await sql(server.url, settings)).toEqual([server.version, 'UTF8']);
    expect(await sql(server.url, "select current_setting('timezone'), inet_server_port()")).toEqual([
      'UTC',
      server.port,
    ]);
  });

  test('reuses the data of an earlier start', async () => {
    const directory = await serverFolder();
    const first = await start({ directory });
    await sql(first.url, 'create table kept as select 7 as value');
    await first.stop();
    expect(await commandLine(first.pid)).toBeUndefined();
    const lines: string[] = [];
    const second = await start({ directory, log: (line) => lines.push(line) });
    expect(await sql(second.url, 'select value from kept')).toEqual([7]);
    expect(lines).toEqual([]);
  });

  test('is durable on request, and fast otherwise', async () => {
    const directory = await serverFolder();
    const safety = "select current_setting('fsync'), current_setting('full_page_writes')";
    const fast = await start({ directory });
    expect(await sql(fast.url, safety)).toEqual(['off', 'off']);
    await fast.stop();
    const safe = await start({ directory, durable: true, maxConnections: 23 });
    expect(await sql(safe.url, safety)).toEqual(['on', 'on']);
    expect(await sql(safe.url, 'show max_connections')).toEqual(['23']);
  });

  test('uses the given port, and reports if it is taken', async () => {
    const directory = await serverFolder();
    const port = await freePort();
    const server = await start({ directory, port });
    expect(server.port).toBe(port);
    await server.stop();
    const other = createServer().listen(port, '127.0.0.1');
    onTestFinished(() => void other.close());
    const sentence = `Port ${port} is taken, so PostgreSQL cannot use it`;
    await expect(startPostgres({ directory, port, durable: false })).rejects.toThrow(sentence);
    const again = await start({ directory });
    expect(await sql(again.url, 'select 1')).toEqual([1]);
  });

  test('in a folder that a live process uses is refused without side effects', async () => {
    const directory = await serverFolder();
    const server = await start({ directory });
    await expect(startPostgres({ directory, durable: false })).rejects.toThrow(
      `PostgreSQL is already run by process ${process.pid}`,
    );
    await expect(removePostgres(directory)).rejects.toThrow('already run');
    expect(await sql(server.url, 'select 1')).toEqual([1]);
  });

  test("refuses another major's data in one sentence", async () => {
    const directory = await serverFolder();
    const server = await start({ directory });
    const [data] = await sql(server.url, 'show data_directory');
    await server.stop();
    await writeFile(join(String(data), 'PG_VERSION'), '13\n');
    await expect(startPostgres({ directory, durable: false })).rejects.toThrow(
      /were created by PostgreSQL 13, and this is 15. Delete .* to start with new data\.$/,
    );
  });
});

describe('the password', () => {
  test('is required', async () => {
    const server = await start({ directory: await serverFolder() });
    const client = new Client({ connectionString: server.url.replace(/:[^:@]+@/, ':wrong@') });
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  test('is in no command line and in no file that other users can read', async () => {
    const directory = await serverFolder();
    const server = await start({ directory });
    expect(await commandLine(server.pid)).not.toContain(new URL(server.url).password);
    expect((await stat(join(directory, 'password'))).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).not.toContainEqual(expect.stringMatching(/draft/));
  });
});

/** Returns once another session runs a query. */
async function activeQuery(url: string): Promise<void> {
  const others = "select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid()";
  await expect.poll(() => sql(url, others)).not.toEqual(['0']);
}

describe('after a crash', () => {
  test('a server killed during a query, which outlives it, starts again with its data', async () => {
    const directory = await serverFolder();
    const first = await start({ directory, durable: true });
    await sql(first.url, 'create table kept as select 7 as value');
    const query = sql(first.url, 'select count(*) from generate_series(1, 10000000)').catch(() => {});
    onTestFinished(() => void query);
    await activeQuery(first.url);
    process.kill(first.pid, 'SIGKILL');
    await first.stop();
    const second = await start({ directory });
    expect(await sql(second.url, 'select value from kept')).toEqual([7]);
  });

  test('a lock file with the pid of an unrelated process neither prevents the start nor ends that process', async () => {
    const directory = await serverFolder();
    const first = await start({ directory });
    const [data] = await sql(first.url, 'show data_directory');
    const lockFile = join(String(data), 'postmaster.pid');
    const stale = await readFile(lockFile, 'utf8');
    await first.stop();
    const stranger = await sleepingStranger();
    await writeFile(lockFile, stale.replace(String(first.pid), String(stranger)));
    const second = await start({ directory });
    expect(await sql(second.url, 'select 1')).toEqual([1]);
    expect(await commandLine(stranger)).toBe('sleep 60');
  });

  test('the server ends with a killed starter, and the next start has its data', async () => {
    const directory = await serverFolder();
    const starter = starterProcess('postgres', directory);
    expect(await starter.nextLine()).toBe('Creating the database cluster');
    const url = await starter.nextLine();
    await sql(url, 'create table kept as select 7 as value');
    await starter.end('SIGKILL');
    const refused = () => sql(url, 'select 1').catch(({ code }) => code);
    await expect.poll(refused).toBe('ECONNREFUSED');
    const next = await start({ directory });
    expect(await sql(next.url, 'select value from kept')).toEqual([7]);
  });

  test('removal also stops a server that a killed starter left', async () => {
    const directory = await serverFolder();
    const starter = starterProcess('postgres', directory);
    await starter.nextLine();
    const url = await starter.nextLine();
    await starter.end('SIGKILL');
    await removePostgres(directory);
    await expect(sql(url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(existsSync(directory)).toBe(false);
  });

  test('a cluster that was incomplete when the starter was killed is created again', async () => {
    const directory = await serverFolder();
    const starter = starterProcess('postgres', directory);
    expect(await starter.nextLine()).toBe('Creating the database cluster');
    await starter.end('SIGKILL');
    const lines: string[] = [];
    const server = await start({ directory, log: (line) => lines.push(line) });
    expect(lines).toEqual(['Creating the database cluster']);
    expect(await sql(server.url, 'select 1')).toEqual([1]);
    expect((await readdir(directory)).filter((name) => name.startsWith('data.'))).toEqual([]);
  });
});

describe.runIf(process.getuid?.() === 0)('as root', () => {
  /** Like a clone in root's home: no other account may enter. */
  async function privateFolder(): Promise<string> {
    const parent = join(await temporaryFolder(), 'private');
    await mkdir(parent, { mode: 0o700 });
    return join(parent, 'postgres');
  }

  test('a folder that no other account may enter works, with its data elsewhere', async () => {
    const directory = await privateFolder();
    const server = await start({ directory });
    const [data] = await sql(server.url, 'show data_directory');
    expect(data).toMatch(/^\/var\/lib\/valuecanvas\/data-/);
    expect((await stat(String(data))).mode & 0o777).toBe(0o700);
    await server.stop();
    await removePostgres(directory);
    expect(existsSync(String(data))).toBe(false);
  });

  test("data that belong to another account are transferred to the server's account", async () => {
    const directory = await serverFolder();
    const first = await start({ directory });
    await first.stop();
    await runCommand('chown', ['-R', '0:0', join(directory, 'data')]);
    const second = await start({ directory });
    expect(await sql(second.url, 'select 1')).toEqual([1]);
  });

  test('data elsewhere are removed with the folder', async () => {
    const directory = await privateFolder();
    const first = await start({ directory });
    await sql(first.url, 'create table forgotten ()');
    await first.stop();
    await rm(directory, { recursive: true });
    const second = await start({ directory });
    expect(await sql(second.url, "select to_regclass('forgotten')")).toEqual([null]);
  });
});
