import type { Client } from 'pg';
import { withClient } from '../connection.ts';
import { DatabaseToolError } from '../database-tool-error.ts';
import { type WrittenFile, writeBackup } from './backup-file.ts';
import { failInterrupted, logged } from './backup-log.ts';
import { backupName, expiredFiles } from './backup-name.ts';
import type { BackupStore } from './backup-store.ts';
import type { BackupKeys } from './encryption.ts';
import { takeInventory } from './inventory.ts';
import { dumpSql, requireClient } from './postgres-client.ts';
import { createRoles } from './roles-sql.ts';

export interface BackupOptions {
  /** The owner's URL. */
  readonly url: string;
  readonly store: BackupStore;
  readonly keys: BackupKeys;
  /** Older backups are deleted after a success. 0 keeps all. */
  readonly retentionDays: number;
  readonly now?: () => Date;
}

export interface CreatedBackup extends WrittenFile {
  readonly name: string;
  readonly location: string;
  /** Names of the files that the retention deleted. */
  readonly deleted: readonly string[];
}

/** A number that no other advisory lock uses. */
const LOCK = 4_736_202_413;

/**
 * Stores an encrypted dump of one moment of the database, with a description that a restore is compared with. Services can
 * go on working. Throws DatabaseToolError if a step fails: then no file is left, and backup_logs has the reason.
 */
export async function createBackup(options: BackupOptions): Promise<CreatedBackup> {
  const { url, store, retentionDays, now = () => new Date() } = options;
  if (options.keys.recipients.length === 0)
    throw new DatabaseToolError('A backup needs a key to be encrypted for.');
  return withClient(url, async (client) => {
    await lock(client);
    await failInterrupted(client, 'backup');
    const written = await logged({ url, kind: 'backup' }, (id) => dump(options, id));
    const deleted = expiredFiles(await store.list(), { now: now(), retentionDays });
    for (const file of deleted) await store.remove(file);
    return { ...written, deleted };
  });
}

async function dump({ url, store, keys }: BackupOptions, id: string) {
  return withClient(url, async (client) => {
    const { snapshot, postgres, database, createdAt } = await openSnapshot(client);
    await requireClient('pg_dump', postgres);
    const inventory = await takeInventory(client);
    const name = backupName(createdAt);
    const head = {
      format: 1 as const,
      id,
      createdAt: createdAt.toISOString(),
      database,
      postgres,
      inventory,
    };
    const sql = async function* () {
      yield Buffer.from(createRoles(inventory.roles));
      yield* dumpSql(url, snapshot);
    };
    const written = await writeBackup(store, name, { head, sql: sql(), keys });
    return { ...written, name, location: store.address(name) };
  });
}

async function lock(client: Client): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
    LOCK,
  ]);
  if (rows[0]?.locked) return;
  throw new DatabaseToolError('Another backup of this database is running. Wait until it has ended.');
}

/** Opens a transaction whose snapshot pg_dump shares, so that counts and dump agree. It lasts as long as the connection. */
async function openSnapshot(client: Client) {
  await client.query('begin isolation level repeatable read read only');
  await client.query('set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0');
  const { rows } = await client.query<{
    snapshot: string;
    postgres: number;
    database: string;
    createdAt: Date;
  }>(
    `select pg_export_snapshot() as snapshot, current_setting('server_version_num')::integer / 10000 as postgres,
       current_database() as database, clock_timestamp() as "createdAt"`,
  );
  const [first] = rows;
  if (first === undefined) throw new Error('PostgreSQL exported no snapshot.');
  return first;
}
