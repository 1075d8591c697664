import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removePostgres, startPostgres } from '@valuecanvas/local-servers';
import { createDatabase, dropDatabase } from './databases.ts';

/**
 * Runs `work` with the URL of a temporary empty database, on the server at `serverUrl`, or on one started for this
 * purpose.
 */
export async function withScratchDatabase<T>(
  serverUrl: string | undefined,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (serverUrl === undefined) return withScratchServer((url) => withScratchDatabase(url, work));
  const name = `vc_scratch_${randomBytes(6).toString('hex')}`;
  const url = await createDatabase({ url: serverUrl, name });
  try {
    return await work(url);
  } finally {
    await dropDatabase({ url: serverUrl, name });
  }
}

async function withScratchServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'valuecanvas-postgres-'));
  const server = await startPostgres({ directory, durable: false });
  try {
    return await work(server.url);
  } finally {
    await server.stop();
    await removePostgres(directory);
  }
}
