import { Client } from 'pg';

/** Runs one statement on a new connection and returns the first row's values. */
export async function sql(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  // A lost connection also rejects the statement. Without a listener, the event would end the test run.
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query({ text: statement, rowMode: 'array' });
    return rows[0] ?? [];
  } finally {
    await client.end();
  }
}
