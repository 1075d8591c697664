import { setTimeout as delay } from 'node:timers/promises';
import { type Client, DatabaseError, escapeIdentifier } from 'pg';
import { withClient } from '../connection.ts';
import { DatabaseToolError } from '../database-tool-error.ts';

/** Each attempt ends all sessions and then waits up to 5 s, which is PostgreSQL's own limit for a rename. */
const ATTEMPTS = 10;
const RETRY_DELAY_MS = 200;
const OBJECT_IN_USE = '55006';

/**
 * Gives the name `database` to another database, and `keptAs` to the one that had it, in one transaction. Ends all their
 * sessions. Returns the new name of the replaced database, or undefined if there was none. `url` names a third database.
 */
export async function swapDatabases(
  url: string,
  names: { readonly database: string; readonly replacement: string; readonly keptAs: string },
): Promise<string | undefined> {
  return withClient(url, async (client) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await swapOnce(client, names);
      } catch (cause) {
        await client.query('rollback');
        if (!(cause instanceof DatabaseError) || cause.code !== OBJECT_IN_USE) throw cause;
        if (attempt === ATTEMPTS) {
          throw new DatabaseToolError(
            `Sessions of ${names.database} keep coming back, so that it was not replaced. Stop the services and restore again.`,
            { cause },
          );
        }
        await delay(RETRY_DELAY_MS);
      }
    }
  });
}

async function swapOnce(
  client: Client,
  { database, replacement, keptAs }: { database: string; replacement: string; keptAs: string },
): Promise<string | undefined> {
  // Sessions that this role may not end keep the database in use, which is reported as such.
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = any($1) and (pg_has_role(usesysid, 'usage') or pg_has_role('pg_signal_backend', 'usage'))`,
    [[database, replacement]],
  );
  await client.query('begin');
  const replaces = await databaseExists(client, database);
  if (replaces) await rename(client, database, keptAs);
  await rename(client, replacement, database);
  await client.query('commit');
  return replaces ? keptAs : undefined;
}

async function rename(client: Client, from: string, to: string): Promise<void> {
  await client.query(`alter database ${escapeIdentifier(from)} rename to ${escapeIdentifier(to)}`);
}

async function databaseExists(client: Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  return rowCount === 1;
}
