import { Client } from 'pg';
import { DatabaseToolError } from './database-tool-error.ts';

/**
 * Runs `work` on one connection and always closes it. Throws DatabaseToolError, which never contains the password, if the
 * server is unreachable or refuses the login.
 */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'valuecanvas-database' });
  // A lost connection rejects the running query; without a listener, the event would also crash the process.
  client.on('error', () => {});
  await client.connect().catch((cause: unknown) => {
    throw unreachable(client, cause);
  });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Returns the URL of another database with the same server and credentials. */
export function databaseUrl(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(name)}`;
  return changed.href;
}

function unreachable(client: Client, cause: unknown): DatabaseToolError {
  const reason = cause instanceof AggregateError ? cause.errors[0] : cause;
  const message = reason instanceof Error ? reason.message : String(reason);
  const place = `${client.host}:${client.port}/${client.database}`;
  return new DatabaseToolError(
    `Cannot connect to PostgreSQL at ${place} as ${client.user}; check that it runs and that the URL is right (${message}).`,
    { cause },
  );
}
