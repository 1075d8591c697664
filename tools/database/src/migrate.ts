import { type Client, DatabaseError } from 'pg';
import { withClient } from './connection.ts';
import { DatabaseToolError } from './database-tool-error.ts';
import { type Migration, migrationName, readMigrations } from './migration-files.ts';
import { ensureRecord, pendingMigrations, recordedVersions, recordMigration } from './migration-record.ts';
import { setRolePasswords } from './role-passwords.ts';
import type { RolePasswords } from './service-roles.ts';

export interface MigrateOptions {
  /** The owner's URL: the role may create roles and schemas, and the connection is direct (no transaction pooler). */
  url: string;
  /** Default: the project's supabase/migrations. */
  directory?: string | undefined;
  rolePasswords?: RolePasswords | undefined;
  /** Called with each applied migration. */
  log?: ((line: string) => void) | undefined;
}

export interface MigrateResult {
  /** Full names in the order of application. */
  applied: string[];
  alreadyApplied: number;
}

/** A number that no other advisory lock uses. */
const LOCK = 4_736_202_411;
const MIGRATION_LOCK_TIMEOUT = '5min';
/** Lock timeout for tables: a migration that waits for a busy table blocks all later queries, so it gives up early. */
const TABLE_LOCK_TIMEOUT = '4s';

/**
 * Applies pending migrations, each file and its record in one transaction, then sets the roles' passwords. Concurrent
 * runs are safe: one works, the others wait and find nothing to do. Throws DatabaseToolError if a file fails (earlier
 * files stay applied), or if files and record contradict each other.
 */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const migrations = await readMigrations(options.directory);
  return withClient(options.url, async (client) => {
    await lock(client);
    await ensureRecord(client);
    const recorded = await recordedVersions(client);
    const pending = pendingMigrations(migrations, recorded);
    for (const migration of pending) {
      await apply(client, migration);
      options.log?.(`Applied ${migrationName(migration)}`);
    }
    await setRolePasswords(client, options.rolePasswords ?? {});
    return { applied: pending.map(migrationName), alreadyApplied: recorded.length };
  });
}

async function lock(client: Client): Promise<void> {
  await client.query(`set statement_timeout = 0; set lock_timeout = '${MIGRATION_LOCK_TIMEOUT}'`);
  await client.query('select pg_advisory_lock($1)', [LOCK]).catch((cause: unknown) => {
    throw new DatabaseToolError(
      'Another migration of this database has been running for minutes. Check what blocks it.',
      {
        cause,
      },
    );
  });
  await client.query(`set lock_timeout = '${TABLE_LOCK_TIMEOUT}'`);
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await recordMigration(client, migration);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback').catch(() => {});
    throw new DatabaseToolError(`${migrationName(migration)} was not applied: ${reason(cause)}`, { cause });
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isBusy = error instanceof DatabaseError && error.code === '55P03';
  return isBusy ? `a table was busy for ${TABLE_LOCK_TIMEOUT}; try again with less traffic.` : error.message;
}
