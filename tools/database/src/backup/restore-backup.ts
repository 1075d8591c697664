import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { databaseUrl, withClient } from '../connection.ts';
import { DatabaseToolError } from '../database-tool-error.ts';
import { dropDatabase } from '../databases.ts';
import { migrate } from '../migrate.ts';
import { readMigrations } from '../migration-files.ts';
import type { RolePasswords } from '../service-roles.ts';
import { type BackupHead, openBackup, verifyChecksum } from './backup-file.ts';
import { type LoggedResult, recordSuccess } from './backup-log.ts';
import type { BackupStore } from './backup-store.ts';
import { createDatabaseLike } from './database-like.ts';
import { inventoryFaults, takeInventory } from './inventory.ts';
import { requireClient, runSql } from './postgres-client.ts';
import { swapDatabases } from './swap-databases.ts';

export interface RestoreOptions {
  /** The owner's URL, with the name of the database to replace. The server must run, the database need not exist. */
  readonly url: string;
  readonly store: BackupStore;
  /** Name of the backup in the store. */
  readonly name: string;
  readonly identity: string | undefined;
  readonly rolePasswords?: RolePasswords;
  readonly now?: () => Date;
  /** Receives a line before each step. */
  readonly log?: (line: string) => void;
}

/** A backup in a database of its own, equal to the original in schema, rows and rights, and migrated to this release. */
export interface RestoredDatabase extends LoggedResult {
  readonly head: BackupHead;
  readonly database: string;
  readonly rows: number;
  /** Names of the migrations that this release applied to it. */
  readonly migrated: readonly string[];
}

export interface RestoreResult extends RestoredDatabase {
  /** Name that the replaced database has now. Undefined if there was none. */
  readonly kept: string | undefined;
}

/** A number that no other advisory lock uses. Held in the maintenance database. */
const LOCK = 4_736_202_414;

/**
 * Replaces a database by a backup. The backup is restored and verified under another name, then both are renamed in one
 * transaction. If a step fails or the process ends, the database is what it was. Throws DatabaseToolError.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreResult> {
  const { url, now = () => new Date(), log = () => {} } = options;
  const database = databaseName(url);
  const startedAt = now();
  return withRestored(options, async (restored) => {
    const { id, createdAt } = restored.head;
    await withClient(databaseUrl(url, restored.database), async (client) => {
      await recordSuccess(
        client,
        { id, kind: 'backup', startedAt: new Date(createdAt), finishedAt: null },
        restored,
      );
      await recordSuccess(client, { id: randomUUID(), kind: 'restore', startedAt }, restored);
    });
    log(`Replacing the database ${database}. Its sessions end now.`);
    const kept = await swapDatabases(maintenanceUrl(url), {
      database,
      replacement: restored.database,
      keptAs: `${database}_before_${stamp(now())}`,
    });
    return { ...restored, database, kept };
  });
}

/**
 * Restores a backup under a temporary name, verifies it, and runs `work`. Drops the temporary database afterwards, unless
 * `work` has renamed it, and first those that interrupted restores left.
 */
export async function withRestored<T>(
  options: RestoreOptions,
  work: (restored: RestoredDatabase) => Promise<T>,
): Promise<T> {
  const { url, store, name, log = () => {}, now = () => new Date() } = options;
  const database = databaseName(url);
  const maintenance = maintenanceUrl(url);
  log(`Verifying the checksum of ${store.address(name)}`);
  const file = await verifyChecksum(store, name);
  await requireClient('psql');
  return withClient(maintenance, async (client) => {
    await lock(client);
    await dropLeftovers(client, { url: maintenance, database });
    const target = `${database}_restore_${stamp(now())}`;
    try {
      const head = await fill(options, { client, database, target });
      const targetUrl = databaseUrl(url, target);
      log('Verifying schema, rows, roles and rights');
      await verify(targetUrl, head);
      const { applied } = await migrate({
        url: targetUrl,
        rolePasswords: options.rolePasswords,
        log: options.log,
      });
      const rows = Object.values(head.inventory.rows).reduce((sum, count) => sum + count, 0);
      return await work({
        ...file,
        location: store.address(name),
        head,
        database: target,
        rows,
        migrated: applied,
      });
    } finally {
      await dropDatabase({ url: maintenance, name: target });
    }
  });
}

/** Creates the target and restores the backup into it, after everything that can be checked without it. */
async function fill(
  { url, store, name, identity, log = () => {} }: RestoreOptions,
  {
    client,
    database,
    target,
  }: { readonly client: Client; readonly database: string; readonly target: string },
): Promise<BackupHead> {
  const { head, sql } = await openBackup(store, name, identity);
  await requireKnownSchema(head, name);
  await requireServer(client, head, name);
  await createDatabaseLike(client, { model: database, name: target });
  log(`Restoring the state of ${head.createdAt} into the new database ${target}`);
  await runSql(databaseUrl(url, target), sql);
  return head;
}

/** Services of this release would fail on a newer schema. */
async function requireKnownSchema({ inventory }: BackupHead, name: string): Promise<void> {
  const newest = (await readMigrations()).at(-1)?.version ?? '';
  if (inventory.schemaVersion <= newest) return;
  throw new DatabaseToolError(
    `${name} has the schema ${inventory.schemaVersion}, and this release knows ${newest}. Restore it with the release that made it, or a newer one.`,
  );
}

async function requireServer(client: Client, head: BackupHead, name: string): Promise<void> {
  const { rows } = await client.query<{ major: number }>(
    `select current_setting('server_version_num')::integer / 10000 as major`,
  );
  const major = rows[0]?.major ?? 0;
  if (major >= head.postgres) return;
  throw new DatabaseToolError(
    `${name} comes from PostgreSQL ${head.postgres}, and this server is version ${major}. Restore it to a server of version ${head.postgres} or newer.`,
  );
}

async function verify(url: string, head: BackupHead): Promise<void> {
  const found = await withClient(url, async (client) => {
    await client.query('begin isolation level repeatable read read only');
    return takeInventory(client);
  });
  const faults = inventoryFaults(head.inventory, found);
  if (faults.length === 0) return;
  throw new DatabaseToolError(
    `The restored database differs from the backed up one, so that nothing was replaced:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
  );
}

async function lock(client: Client): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
    LOCK,
  ]);
  if (rows[0]?.locked) return;
  throw new DatabaseToolError('Another restore or drill is running on this server. Wait until it has ended.');
}

/** The lock guarantees that no running restore uses them. */
async function dropLeftovers(
  client: Client,
  { url, database }: { url: string; database: string },
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select datname as name from pg_database where left(datname, length($1)) = $1 and substr(datname, length($1) + 1) ~ '^\\d{14}$'`,
    [`${database}_restore_`],
  );
  for (const { name } of rows) await dropDatabase({ url, name });
}

function databaseName(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

/** A database is created, renamed and dropped from a session of another one. */
function maintenanceUrl(url: string): string {
  return databaseUrl(url, databaseName(url) === 'postgres' ? 'template1' : 'postgres');
}

/** 20261202103000, in UTC. */
function stamp(time: Date): string {
  return time.toISOString().replace(/\D/g, '').slice(0, 14);
}
