import type { Client } from 'pg';
import { DatabaseToolError } from './database-tool-error.ts';
import { type Migration, migrationName } from './migration-files.ts';

/** Creates the Supabase CLI's record of applied migrations, unless it exists (possibly with another owner). */
export async function ensureRecord(client: Client): Promise<void> {
  const { rows } = await client.query(
    `select to_regclass('supabase_migrations.schema_migrations') as record`,
  );
  if (rows[0].record !== null) return;
  await client.query('create schema if not exists supabase_migrations');
  await client.query(
    `create table supabase_migrations.schema_migrations (
       version text not null primary key, statements text[], name text
     )`,
  );
}

export async function recordedVersions(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ version: string }>(
    'select version from supabase_migrations.schema_migrations order by version',
  );
  return rows.map(({ version }) => version);
}

/** Records a migration, which is a single statement. */
export async function recordMigration(client: Client, { version, name, sql }: Migration): Promise<void> {
  await client.query(
    'insert into supabase_migrations.schema_migrations (version, statements, name) values ($1, $2, $3)',
    [version, [sql.trim()], name],
  );
}

/**
 * Returns the pending migrations. A database may be newer than all files: a release that is rolled back keeps the later schema.
 * Throws DatabaseToolError if files and record contradict each other: a recorded version among those of the files has no
 * file, or a file is older than an applied version.
 */
export function pendingMigrations(
  migrations: readonly Migration[],
  recorded: readonly string[],
): readonly Migration[] {
  const known = new Set(migrations.map(({ version }) => version));
  const newestFile = migrations.at(-1)?.version ?? '';
  const missing = recorded.find((version) => version < newestFile && !known.has(version));
  if (missing !== undefined) {
    throw new DatabaseToolError(
      `The database has migration ${missing}, which is not among the files although later ones are. Use the release that contains it.`,
    );
  }
  const newest = recorded.at(-1) ?? '';
  const applied = new Set(recorded);
  const pending = migrations.filter(({ version }) => !applied.has(version));
  const late = pending.find(({ version }) => version < newest);
  if (late === undefined) return pending;
  throw new DatabaseToolError(
    `${migrationName(late)} is older than ${newest}, which is already applied: give it a newer timestamp.`,
  );
}
