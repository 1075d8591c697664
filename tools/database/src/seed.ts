import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withClient } from './connection.ts';
import { supabaseDirectory } from './migration-files.ts';

/** Adds the sample data of a development machine. Idempotent. Needs a migrated database. */
export async function seed({ url }: { url: string }): Promise<void> {
  const sql = await readFile(join(supabaseDirectory, 'seed.sql'), 'utf8');
  await withClient(url, (client) => client.query(sql));
}
