import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removePostgres, removeRedis, startPostgres, startRedis } from '@valuecanvas/local-servers';

/** Names of the variables through which tests find their servers. */
export interface ServerVariables {
  readonly MIGRATION_DATABASE_URL: string;
  readonly REDIS_URL: string;
}

type Given = { readonly [Name in keyof ServerVariables]?: string | undefined };

/** The servers that the environment names, else fast ones that keep nothing and end with `cleanup`. */
export async function provideServers(given: Given, cleanup: AsyncDisposableStack): Promise<ServerVariables> {
  const directory = await mkdtemp(join(tmpdir(), 'valuecanvas-test-'));
  // PostgreSQL runs as another account where this is root.
  await chmod(directory, 0o711);
  cleanup.defer(() => rm(directory, { recursive: true, force: true }));
  const [postgres, redis] = await Promise.allSettled([
    given.MIGRATION_DATABASE_URL || ownPostgres(join(directory, 'postgres'), cleanup),
    given.REDIS_URL || ownRedis(join(directory, 'redis'), cleanup),
  ]);
  return { MIGRATION_DATABASE_URL: urlOf(postgres), REDIS_URL: urlOf(redis) };
}

async function ownPostgres(directory: string, cleanup: AsyncDisposableStack): Promise<string> {
  const server = await startPostgres({ directory, durable: false, maxConnections: 400, log: console.log });
  cleanup.defer(() => server.stop().then(() => removePostgres(directory)));
  return server.url;
}

async function ownRedis(directory: string, cleanup: AsyncDisposableStack): Promise<string> {
  const server = await startRedis({ directory, persistent: false, progress: console.log });
  cleanup.defer(() => server.stop().then(() => removeRedis(directory)));
  return server.url;
}

function urlOf(outcome: PromiseSettledResult<string>): string {
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}
