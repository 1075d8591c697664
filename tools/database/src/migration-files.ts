import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseToolError } from './database-tool-error.ts';

export interface Migration {
  /** The file's leading timestamp: 20241123100000. */
  version: string;
  /** The rest of its name: baseline. */
  name: string;
  sql: string;
}

export const supabaseDirectory = fileURLToPath(new URL('../../../supabase', import.meta.url));
export const migrationsDirectory = join(supabaseDirectory, 'migrations');

/** Reads all migrations, oldest first. Throws DatabaseToolError for a file name without, or with a duplicate, timestamp. */
export async function readMigrations(directory: string = migrationsDirectory): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort();
  const migrations = await Promise.all(files.map((file) => readMigration(directory, file)));
  for (const [index, { version }] of migrations.entries()) {
    if (migrations[index + 1]?.version !== version) continue;
    throw new DatabaseToolError(
      `Two migrations have the version ${version}: give one of them another timestamp.`,
    );
  }
  return migrations;
}

/** Returns the version of the newest migration file. */
export async function newestMigration(directory?: string): Promise<string> {
  return (await readMigrations(directory)).at(-1)?.version ?? '';
}

/** Returns a migration's full name: its file name without the extension. */
export function migrationName({ version, name }: Migration): string {
  return `${version}_${name}`;
}

/** Hashes all migrations: changes whenever one is added, renamed or edited. */
export function contentHash(migrations: readonly Migration[]): string {
  const hash = createHash('sha256');
  for (const migration of migrations) hash.update(`${migrationName(migration)}\0${migration.sql}\0`);
  return hash.digest('hex').slice(0, 12);
}

async function readMigration(directory: string, file: string): Promise<Migration> {
  const [, version, name] = /^(\d{14})_([a-z0-9_]+)\.sql$/.exec(file) ?? [];
  if (version === undefined || name === undefined) {
    throw new DatabaseToolError(
      `${file} is not a valid migration name: call it <yyyymmddhhmmss>_<what_it_does>.sql.`,
    );
  }
  return { version, name, sql: await readFile(join(directory, file), 'utf8') };
}
