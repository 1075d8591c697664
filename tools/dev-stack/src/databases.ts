import { join } from 'node:path';
import {
  type RunningPostgres,
  type RunningRedis,
  startPostgres,
  startRedis,
} from '@valuecanvas/local-servers';
import { requireReachable } from './require-reachable.ts';
import { type OnLoss, stopWith } from './server-loss.ts';
import type { Environment } from './settings.ts';

export interface Databases {
  readonly ownerUrl: string;
  readonly redisUrl: string;
}

export const postgresFolder = (state: string) => join(state, 'postgres');
export const redisFolder = (state: string) => join(state, 'redis');

/**
 * Starts PostgreSQL and Redis concurrently, or uses the servers that MIGRATION_DATABASE_URL and REDIS_URL name. `cleanup`
 * stops each started server, even if the other one fails to start. A started server that ends earlier is `lost`. Throws
 * LocalServerError, or StackError if a named server is unreachable.
 */
export async function startDatabases(
  state: string,
  environment: Environment,
  {
    cleanup,
    say,
    lost,
  }: {
    readonly cleanup: AsyncDisposableStack;
    readonly say: (line: string) => void;
    readonly lost: OnLoss;
  },
): Promise<Databases> {
  await requireReachable('MIGRATION_DATABASE_URL', environment, 5432);
  await requireReachable('REDIS_URL', environment, 6379);
  const [postgres, redis] = await Promise.allSettled([
    environment.MIGRATION_DATABASE_URL ? undefined : ownPostgres(state, say),
    environment.REDIS_URL ? undefined : ownRedis(state, say),
  ]);
  for (const [name, server] of [
    ['PostgreSQL', postgres],
    ['Redis', redis],
  ] as const) {
    if (server.status === 'fulfilled' && server.value) stopWith(cleanup, { name, ...server.value }, lost);
  }
  return {
    ownerUrl: urlOf(postgres) ?? environment.MIGRATION_DATABASE_URL ?? '',
    redisUrl: urlOf(redis) ?? environment.REDIS_URL ?? '',
  };
}

type Server = RunningPostgres | RunningRedis | undefined;

function urlOf(server: PromiseSettledResult<Server>): string | undefined {
  if (server.status === 'rejected') throw server.reason;
  return server.value?.url;
}

async function ownPostgres(state: string, say: (line: string) => void): Promise<RunningPostgres> {
  const server = await startPostgres({ directory: postgresFolder(state), durable: true, log: say });
  say(`PostgreSQL ${server.version} runs on port ${server.port}`);
  return server;
}

async function ownRedis(state: string, say: (line: string) => void): Promise<RunningRedis> {
  const server = await startRedis({ directory: redisFolder(state), persistent: true, progress: say });
  say(`Redis ${server.version} runs on port ${server.port}`);
  return server;
}
