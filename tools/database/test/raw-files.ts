import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withClient } from '../src/connection.ts';
import { migrationsDirectory } from '../src/migration-files.ts';

export interface RawFile {
  name: string;
  sql: string;
}

/** The migrations in the order in which psql applies them: by file name. */
export async function rawFiles(): Promise<RawFile[]> {
  const files = (await readdir(migrationsDirectory)).sort();
  return Promise.all(
    files.map(async (file) => ({
      name: file.replace(/\.sql$/, ''),
      sql: await readFile(join(migrationsDirectory, file), 'utf8'),
    })),
  );
}

/** Applies files like `psql -f`: without a surrounding transaction and without a record. */
export async function applyRaw(url: string, files: readonly RawFile[]): Promise<void> {
  await withClient(url, async (client) => {
    for (const { sql } of files) await client.query(sql);
  });
}
