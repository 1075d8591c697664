import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTemplateDatabase } from '@valuecanvas/database';
import { removePostgres, startPostgres, startRedis } from '@valuecanvas/local-servers';
import type { TestProject } from 'vitest/node';
import './provided.ts';

/**
 * Vitest's global setup of every project that needs real servers: those named by MIGRATION_DATABASE_URL and REDIS_URL,
 * or fast ones of its own, which end with the run.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'valuecanvas-test-'));
  const [postgres, redis] = await Promise.all([givenOrOwnPostgres(directory), givenOrOwnRedis(directory)]);
  project.provide('postgresUrl', postgres.url);
  project.provide(
    'postgresTemplate',
    await createTemplateDatabase({ url: postgres.url, name: 'vc_template' }),
  );
  project.provide('redisUrl', redis.url);
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
    await rm(directory, { recursive: true, force: true });
  };
}

interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

const given = (url: string): TestServer => ({ url, stop: async () => undefined });

async function givenOrOwnPostgres(directory: string): Promise<TestServer> {
  const url = process.env.MIGRATION_DATABASE_URL;
  if (url) return given(url);
  const folder = join(directory, 'postgres');
  const server = await startPostgres({ directory: folder, durable: false, maxConnections: 300 });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await removePostgres(folder);
    },
  };
}

async function givenOrOwnRedis(directory: string): Promise<TestServer> {
  const url = process.env.REDIS_URL;
  return url ? given(url) : startRedis({ directory: join(directory, 'redis'), persistent: false });
}
