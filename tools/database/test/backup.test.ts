import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { on, once } from 'node:events';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import S3rver from 's3rver';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { completeBackups, expiredFiles } from '../src/backup/backup-name.ts';
import { type BackupStore, folderStore } from '../src/backup/backup-store.ts';
import { createBackup } from '../src/backup/create-backup.ts';
import { createBackupKey, recipientOf } from '../src/backup/encryption.ts';
import { restoreBackup } from '../src/backup/restore-backup.ts';
import { s3Store } from '../src/backup/s3-store.ts';
import { databaseUrl, withClient } from '../src/connection.ts';
import { cloneDatabase, createDatabase } from '../src/databases.ts';
import { migrate } from '../src/migrate.ts';
import { catalogSnapshot } from './catalog-snapshot.ts';
import { canDump } from './pg-dump.ts';
import { useOwnServer } from './server.ts';
import { alice, bob } from './two-users.ts';

/** Enough for a file of several chunks. */
const eventCount = 20_000;

describe.runIf(canDump(15))('a backup', () => {
  const server = useOwnServer(15);
  const newServer = useOwnServer(15);
  let folder: string;
  let key: string;
  let store: BackupStore;
  /** A backup of the template's rows. */
  let name: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'valuecanvas-backup-'));
    key = await createBackupKey();
    store = folderStore(folder);
    const template = await createDatabase({ url: server.url, name: 'template_shop' });
    await migrate({ url: template, rolePasswords: { vc_canvas: 'secret' } });
    await query(template, rows);
    name = (await backup(await shop('first'))).name;
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true }));

  const keysOf = async () => ({ recipients: [await recipientOf(key)], identity: key });
  const backup = async (url: string, place: BackupStore = store) =>
    createBackup({ url, store: place, keys: await keysOf(), retentionDays: 0 });
  const restore = (url: string, from: { store?: BackupStore; name?: string; identity?: string } = {}) =>
    restoreBackup({ url, store, name, identity: key, ...from });
  const shop = (database: string) =>
    cloneDatabase({ url: server.url, name: database, template: 'template_shop' });
  const databases = async (prefix: string) => {
    const { rows: found } = await query(server.url, 'select datname from pg_database');
    return found.map(({ datname }) => datname as string).filter((found) => found.startsWith(prefix));
  };
  const logOf = async (url: string) =>
    (await query(url, `select kind, status, location, checksum, error from backup_logs order by started_at`))
      .rows;

  it('brings back deleted rows, with every right, policy and setting, and keeps the replaced database', async () => {
    const url = await shop('deleted');
    await query(
      url,
      'revoke connect on database deleted from public; grant connect on database deleted to vc_canvas',
    );
    await query(url, `alter database deleted set work_mem = '5MB'`);
    const expected = await comparable(url);
    await query(url, 'delete from canvases; grant select on canvases to anon');
    await query(url, 'drop policy user_selects_own on feature_flag_evaluations');
    const { kept, rows: count } = await restore(url);
    expect(await comparable(url)).toEqual(expected);
    expect((await query(url, 'select count(*)::int from canvases')).rows).toEqual([{ count: 2 }]);
    expect(count).toBeGreaterThan(eventCount);
    expect((await query(databaseUrl(url, kept ?? ''), 'select count(*)::int from canvases')).rows).toEqual([
      { count: 0 },
    ]);
    const { rows: properties } = await query(
      url,
      `select d.datacl::text as acl, s.setconfig as settings from pg_database d
       left join pg_db_role_setting s on s.setdatabase = d.oid where datname = 'deleted'`,
    );
    expect(properties).toEqual([
      { acl: '{postgres=CTc/postgres,=T/postgres,vc_canvas=c/postgres}', settings: ['work_mem=5MB'] },
    ]);
  });

  it('leaves a service with the rows of its user alone', async () => {
    const url = await shop('isolated');
    await restore(url);
    const service = new URL(url);
    service.username = 'vc_canvas';
    service.password = 'secret';
    const visible = (user: string) =>
      query(
        service.href,
        `begin; select set_config('request.jwt.claims', '{"sub":"${user}"}', true); select id from canvases`,
      );
    expect(await lastRows(visible(alice))).toEqual([{ id: alice }]);
    expect(await lastRows(visible(bob))).toEqual([{ id: bob }]);
    await expect(query(service.href, 'select from auth.users')).rejects.toThrow('permission denied');
  });

  it('restores to a new server, which has neither the database nor the roles', async () => {
    const url = databaseUrl(newServer.url, 'shop');
    const { kept } = await restore(url);
    expect(kept).toBeUndefined();
    expect(await comparable(url)).toEqual(await comparable(databaseUrl(server.url, 'template_shop')));
  });

  it('is recorded, also in the restored database, with location and checksum', async () => {
    const url = await shop('recorded');
    const made = await backup(url);
    const row = { status: 'succeeded', location: made.location, checksum: made.checksum, error: null };
    expect(await logOf(url)).toEqual([{ kind: 'backup', ...row }]);
    await restore(url, { name: made.name });
    expect(await logOf(url)).toEqual([
      { kind: 'backup', ...row },
      { kind: 'restore', ...row },
    ]);
    expect(await readFile(`${made.location}.sha256`, 'utf8')).toBe(`${made.checksum}  ${made.name}\n`);
  });

  it('contains no readable text', async () => {
    const file = await readFile(join(folder, name));
    for (const text of ['a bakery', 'CREATE TABLE', 'valuecanvas']) expect(file.includes(text)).toBe(false);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  describe('that cannot be restored leaves the database as it was:', () => {
    let url: string;
    beforeAll(async () => {
      url = await shop('faults');
      await query(url, `delete from canvases where id = '${alice}'`);
    });
    afterEach(async () => {
      expect((await query(url, 'select id from canvases')).rows).toEqual([{ id: bob }]);
      expect(await databases('faults_')).toEqual([]);
    });

    /** Copies the backup with a change of its bytes. The checksum is that of the original, or of the changed file. */
    async function changed(
      change: (file: Buffer) => Buffer,
      checksum: 'original' | 'changed',
    ): Promise<string> {
      const copy = await mkdtemp(join(folder, 'changed-'));
      const file = change(await readFile(join(folder, name)));
      await writeFile(join(copy, name), file);
      const hash = createHash('sha256').update(file).digest('hex');
      if (checksum === 'changed') await writeFile(join(copy, `${name}.sha256`), `${hash}  ${name}\n`);
      else await copyFile(join(folder, `${name}.sha256`), join(copy, `${name}.sha256`));
      return copy;
    }

    const flip = (at: number) => (file: Buffer) => {
      const index = Math.floor(file.length * at);
      file.writeUInt8(file.readUInt8(index) ^ 1, index);
      return file;
    };
    const cut = (file: Buffer) => file.subarray(0, Math.floor(file.length * 0.7));
    /** At the end of a chunk of 64 KiB, where only the mark of the last chunk is missing. */
    const cutAtChunk = (file: Buffer) => {
      const header = file.indexOf('\n', file.indexOf('\n---') + 1) + 1 + 16;
      return file.subarray(0, header + 2 * (65_536 + 16));
    };

    it.each([
      ['a truncated file', cut, 'original', /is damaged: its SHA-256 is/],
      ['a flipped byte', flip(0.5), 'original', /is damaged: its SHA-256 is/],
      ['a truncated file with a new checksum', cut, 'changed', /is damaged: it does not decrypt/],
      ['a file that ends with a chunk', cutAtChunk, 'changed', /is damaged: it does not decrypt/],
      ['a flipped byte with a new checksum', flip(0.9), 'changed', /is damaged: it does not decrypt/],
      ['a flipped byte of the last chunk', flip(0.99999), 'changed', /is damaged: it does not decrypt/],
      ['an empty file', () => Buffer.alloc(0), 'changed', /is damaged: it does not decrypt/],
    ] as const)('%s', async (_, change, checksum, message) => {
      const copy = folderStore(await changed(change, checksum));
      await expect(restore(url, { store: copy })).rejects.toThrow(message);
    });

    it('another key, which is told from damage', async () => {
      const identity = await createBackupKey();
      await expect(restore(url, { identity })).rejects.toThrow(
        /^BACKUP_ENCRYPTION_KEY does not open valuecanvas_backup_.*Set the key/,
      );
      await expect(restore(url, { identity: 'letmein' })).rejects.toThrow(/is not an age secret key/);
    });

    it('a missing checksum', async () => {
      const copy = await changed((file) => file, 'changed');
      await rm(join(copy, `${name}.sha256`));
      await expect(restore(url, { store: folderStore(copy) })).rejects.toThrow(/sha256 is missing/);
    });

    it('a schema that is newer than the release', async () => {
      const later = await shop('newer');
      await query(
        later,
        `insert into supabase_migrations.schema_migrations (version, name) values ('29990101000000', 'later')`,
      );
      const { name: newer } = await backup(later);
      await expect(restore(url, { name: newer })).rejects.toThrow(
        /has the schema 29990101000000, and this release knows \d{14}\. Restore it with the release that made it/,
      );
    });

    it('roles of the server that have other powers', async () => {
      await query(
        newServer.url,
        `do $$ begin
          if to_regrole('service_role') is null then create role service_role noinherit; end if;
          alter role service_role bypassrls;
        end $$`,
      );
      await expect(restore(databaseUrl(newServer.url, 'powers'))).rejects.toThrow(
        /differs from the backed up one[\s\S]*roles: missing service_role \(\)/,
      );
      await query(newServer.url, 'alter role service_role nobypassrls');
    });
  });

  it('interrupted restores leave the database as it was, and the next one removes their remains', async () => {
    const url = await shop('interrupted');
    await query(url, `delete from canvases where id = '${alice}'`);
    const restoring = runCommand('restore', [join(folder, name)], url);
    const exited = once(restoring, 'exit');
    await told(restoring.stdout, 'Restoring the state');
    restoring.kill('SIGKILL');
    await exited;
    expect((await query(url, 'select id from canvases')).rows).toEqual([{ id: bob }]);
    expect(await databases('interrupted_restore_')).toHaveLength(1);
    await restore(url);
    expect(await databases('interrupted_restore_')).toEqual([]);
    expect((await query(url, 'select count(*)::int from canvases')).rows).toEqual([{ count: 2 }]);
  });

  it('replaces a database whose clients reconnect', async () => {
    const url = await shop('busy');
    let ended = false;
    const client = (async () => {
      while (!ended) await query(url, 'select pg_sleep(0.05)').catch(() => {});
    })();
    await query(url, 'delete from canvases');
    await restore(url);
    ended = true;
    await client;
    expect((await query(url, 'select count(*)::int from canvases')).rows).toEqual([{ count: 2 }]);
  });

  it('a full disk fails with advice, leaves no file and is recorded', async () => {
    const url = await shop('full');
    const place = await mkdtemp(join(folder, 'full-'));
    await symlink('/dev/full', join(place, 'full.partial'));
    const disk = folderStore(place);
    const full: BackupStore = { ...disk, write: (_, content) => disk.write('full', content) };
    await expect(backup(url, full)).rejects.toThrow(/is on a full disk\. Free space there/);
    expect(await readdir(place)).toEqual([]);
    expect(await logOf(url)).toEqual([
      {
        kind: 'backup',
        status: 'failed',
        location: null,
        checksum: null,
        error: expect.stringMatching(/full disk/),
      },
    ]);
  });

  it('a second backup at the same time is refused, and a killed one is recorded as failed by the next', async () => {
    const url = await shop('twice');
    const outcomes = await Promise.allSettled([backup(url), backup(url)]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.map(({ reason }) => String(reason))).toEqual([
      expect.stringMatching(/Another backup .* is running/),
    ]);
    await query(
      url,
      `insert into backup_logs (id, kind, status) values (gen_random_uuid(), 'backup', 'started')`,
    );
    await backup(url);
    expect((await logOf(url)).map(({ status }) => status).sort()).toEqual([
      'failed',
      'succeeded',
      'succeeded',
    ]);
  });

  it('the commands make, prove and restore the newest backup', async () => {
    const url = await shop('commands');
    const place = await mkdtemp(join(folder, 'commands-'));
    const here = { url, variables: { BACKUP_DIR: place } };
    expect(await run('restore', ['latest'], here)).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^There is no backup in .*Make one with npm run db:backup\.\n$/),
    });
    const made = await run('backup', [], here);
    expect(made).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^Backup .*: \d+ bytes, SHA-256 [0-9a-f]{64}\.\n$/),
    });
    const [newest = ''] = completeBackups(await readdir(place));
    const proven = await run('drill', [], here);
    expect(proven.code).toBe(0);
    expect(proven.output).toMatch(new RegExp(`${newest} works: \\d+ rows in \\d+ tables`));
    expect(proven.output).toMatch(/Recovery time \(RTO\): [\d.]+ s/);
    expect(await databases('commands_')).toEqual([]);
    await query(url, 'delete from canvases');
    const restored = await run('restore', ['latest'], here);
    expect(restored.output).toMatch(/The database commands has the state of .*Z, with \d+ rows\./);
    expect((await query(url, 'select count(*)::int from canvases')).rows).toEqual([{ count: 2 }]);
    expect((await logOf(url)).map(({ kind }) => kind)).toEqual(['backup', 'restore']);
    await expect(stat(join(place, basename(newest)))).resolves.toBeDefined();
  });

  it.each(['0', '169'])('refuses to run every %s hours', async (hours) => {
    const refused = await run('backup', [`--every-hours=${hours}`], { url: server.url, variables: {} });
    expect(refused).toEqual({
      code: 1,
      output: '--every-hours needs a number of hours above 0, at most 168.\n',
    });
  });

  it('the scheduled command goes on after a backup, and after a failure', async () => {
    const url = await shop('scheduled');
    const place = await mkdtemp(join(folder, 'scheduled-'));
    const child = runCommand('backup', ['--every-hours', '0.0001'], url, { BACKUP_DIR: place });
    const ended = once(child, 'close');
    await told(child.stdout, 'Backup ');
    await query(server.url, 'alter database scheduled with allow_connections false');
    await told(child.stderr, 'Cannot connect to PostgreSQL');
    await query(server.url, 'alter database scheduled with allow_connections true');
    await told(child.stdout, 'Backup ');
    child.kill();
    await ended;
  });

  describe('in an S3-compatible bucket', () => {
    let s3: S3rver;
    let endpoint: string;
    let variables: Record<string, string>;

    beforeAll(async () => {
      const directory = await mkdtemp(join(folder, 's3-'));
      const configureBuckets = [{ name: 'valuecanvas-backups', configs: [] }];
      s3 = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets });
      endpoint = `http://127.0.0.1:${(await s3.run()).port}`;
      const credentials = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };
      for (const [name, value] of Object.entries(credentials)) vi.stubEnv(name, value);
      variables = {
        ...credentials,
        S3_BUCKET_NAME: 'valuecanvas-backups',
        S3_ENDPOINT: endpoint,
        AWS_REGION: 'us-east-1',
      };
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await s3.close();
    });

    const bucket = (given = 'valuecanvas-backups') =>
      s3Store({ bucket: given, prefix: 'backups/', region: 'us-east-1', endpoint, pathStyle: true });

    it('is listed, restored by its address, and deleted by the retention', async () => {
      const url = await shop('remote');
      const old = 'valuecanvas_backup_20200101_000000.sql.gz.age';
      await bucket().write(old, Readable.from(['old']));
      const made = await run('backup', [], { url, variables });
      const [newest = ''] = completeBackups(await bucket().list());
      const location = `s3://valuecanvas-backups/backups/${newest}`;
      expect(made).toMatchObject({ code: 0, output: expect.stringContaining(`Backup ${location}: `) });
      expect(made.output).toContain(`Deleted after BACKUP_RETENTION_DAYS: ${old}.`);
      expect(await bucket().list()).toEqual(expect.not.arrayContaining([old]));
      await query(url, 'delete from canvases');
      const { S3_BUCKET_NAME: _, ...unnamed } = variables;
      expect(await run('restore', [location], { url, variables: unnamed })).toMatchObject({ code: 0 });
      expect((await query(url, 'select count(*)::int from canvases')).rows).toEqual([{ count: 2 }]);
      expect(await logOf(url)).toContainEqual(expect.objectContaining({ kind: 'restore', location }));
    });

    /** More than one part of an upload. */
    async function* manyBytes(failure?: Error) {
      for (let index = 0; index < 40; index += 1) yield Buffer.alloc(1 << 20, index);
      if (failure) throw failure;
    }

    it('a file of several parts comes back as it was', async () => {
      await bucket().write('large', Readable.from(manyBytes()));
      const hash = async (content: AsyncIterable<Uint8Array>) => {
        const sum = createHash('sha256');
        for await (const chunk of content) sum.update(chunk);
        return sum.digest('hex');
      };
      expect(await hash(await bucket().read('large'))).toBe(await hash(manyBytes()));
      await bucket().remove('large');
    });

    it('a content that fails leaves no object, and its failure is reported', async () => {
      const failed = bucket().write('partial', Readable.from(manyBytes(new Error('pg_dump failed'))));
      await expect(failed).rejects.toThrow('pg_dump failed');
      expect(await bucket().list()).not.toContain('partial');
    });

    it('a missing bucket, file or server is named with advice', async () => {
      await expect(bucket('absent').list()).rejects.toThrow(
        /absent cannot be used \(NoSuchBucket\)\. .*S3_BUCKET_NAME/,
      );
      await expect(bucket().read('absent')).rejects.toThrow(
        's3://valuecanvas-backups/backups/absent does not exist.',
      );
      const place = { bucket: 'any', prefix: '', region: 'us-east-1', pathStyle: true };
      const nowhere = s3Store({ ...place, endpoint: 'http://127.0.0.1:9' });
      await expect(nowhere.list()).rejects.toThrow(/ECONNREFUSED.*S3_ENDPOINT/);
    });
  });

  async function run(
    command: string,
    args: string[],
    { url, variables }: { url: string; variables: Record<string, string> },
  ) {
    const child = runCommand(command, args, url, variables);
    const output = read(child);
    const [code] = await once(child, 'close');
    return { code, output: await output };
  }

  function runCommand(
    command: string,
    args: string[],
    url: string,
    variables: Record<string, string> = {},
  ): ChildProcess {
    const file = fileURLToPath(new URL(`../src/commands/${command}.ts`, import.meta.url));
    const env = {
      PATH: process.env.PATH ?? '',
      MIGRATION_DATABASE_URL: url,
      BACKUP_ENCRYPTION_KEY: key,
      ...variables,
    };
    return spawn(process.execPath, [file, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  }
});

describe('retention', () => {
  const now = new Date('2026-12-02T12:00:00Z');
  const at = (day: string) => `valuecanvas_backup_${day}_030000.sql.gz.age`;
  const complete = (day: string) => [at(day), `${at(day)}.sha256`];

  it('deletes backups older than the limit with their checksums, and nothing else', () => {
    const files = [
      ...complete('20261101'),
      ...complete('20261130'),
      'notes.txt',
      'valuecanvas_backup_old.sql.gz',
    ];
    expect(expiredFiles(files, { now, retentionDays: 7 })).toEqual(complete('20261101'));
    expect(expiredFiles(files, { now, retentionDays: 0 })).toEqual([]);
  });

  it('never deletes the newest complete backup', () => {
    const files = [...complete('20260101'), ...complete('20260201'), at('20260301')];
    expect(expiredFiles(files, { now, retentionDays: 7 })).toEqual([...complete('20260101'), at('20260301')]);
  });

  it('deletes what interrupted writes left a day ago', () => {
    const files = [`${at('20261130')}.partial`, `${at('20261202')}.partial`];
    expect(expiredFiles(files, { now, retentionDays: 0 })).toEqual([files[0]]);
  });
});

const rows = `
  insert into auth.users (id, email) values ('${alice}', 'alice@example.com'), ('${bob}', 'bob@example.com');
  insert into canvases (id, user_id, business_description, blocks, revision)
    values ('${alice}', '${alice}', 'a bakery', '{}', 1), ('${bob}', '${bob}', 'a bookshop', '{}', 1);
  insert into feature_flag_evaluations (id, flag_key, enabled, reason, flag_version)
    select gen_random_uuid(), 'beta_features', true, 'rollout', 1 from generate_series(1, ${eventCount});`;

/** A dump does not repeat a grant to the owner that PostgreSQL gives anyway. */
async function comparable(url: string): Promise<Record<string, string[]>> {
  const { relations = [], ...others } = await catalogSnapshot(url);
  const grant = '"relacl":"{postgres=arwdDxt/postgres}"';
  return { ...others, relations: relations.map((line) => line.replace(grant, '"relacl":null')) };
}

function query(url: string, statement: string) {
  return withClient(url, (client: Client) => client.query(statement));
}

/** pg returns an array of results for several statements. */
async function lastRows(result: Promise<unknown>): Promise<unknown> {
  return ((await result) as { rows: unknown }[]).at(-1)?.rows;
}

/** Waits until a program says something. */
async function told(output: Readable | null, text: string): Promise<void> {
  if (output === null) throw new Error('The program has no such output.');
  for await (const [chunk] of on(output, 'data', { close: ['end'] }))
    if (String(chunk).includes(text)) return;
  throw new Error(`The program ended without "${text}".`);
}

async function read(child: ChildProcess): Promise<string> {
  const parts = [child.stdout, child.stderr].map(async (stream) => (await stream?.toArray())?.join('') ?? '');
  return (await Promise.all(parts)).join('');
}
