import { type Client, escapeIdentifier } from 'pg';
import { databaseUrl, withClient } from './connection.ts';
import { createDatabase, dropDatabase } from './databases.ts';
import { migrate } from './migrate.ts';
import { contentHash, readMigrations } from './migration-files.ts';
import { setRolePasswords } from './role-passwords.ts';
import type { RolePasswords } from './service-roles.ts';

export interface TemplateOptions {
  /** Concurrent callers are serialized only if they name the same database here. */
  url: string;
  /** Prefix of the template's name. */
  name: string;
  /** Set even if the template already exists. */
  rolePasswords?: RolePasswords | undefined;
}

const LOCK = 4_736_202_412;

/**
 * Creates a migrated template database, once per content of the migrations and UTC month (the ledger's partitions follow
 * the calendar), and returns its name. It accepts no connections. An interrupted creation is restarted.
 */
export async function createTemplateDatabase(options: TemplateOptions): Promise<string> {
  const month = new Date().toISOString().slice(0, 7).replace('-', '');
  const template = `${options.name}_${contentHash(await readMigrations())}_${month}`;
  await withClient(options.url, async (client) => {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    if (await databaseExists(client, template)) {
      await setRolePasswords(client, options.rolePasswords ?? {});
    } else {
      await buildTemplate(client, template, options);
    }
  });
  return template;
}

async function buildTemplate(client: Client, template: string, options: TemplateOptions): Promise<void> {
  const { url, rolePasswords } = options;
  const draft = `${template}_draft`;
  await dropDatabase({ url, name: draft });
  await createDatabase({ url, name: draft });
  await migrate({ url: databaseUrl(url, draft), rolePasswords });
  const quoted = escapeIdentifier(template);
  await client.query(`alter database ${escapeIdentifier(draft)} with allow_connections false`);
  await client.query(`alter database ${escapeIdentifier(draft)} rename to ${quoted}`);
}

async function databaseExists(client: Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  return rowCount === 1;
}
