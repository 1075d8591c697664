import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTemplateDatabase } from '@valuecanvas/database';
import { removePostgres, startPostgres, startRedis } from '@valuecanvas/local-servers';
import type { TestProject } from 'vitest/node';
import './provided.ts';

/**
 * Vitest's global setup of every project that needs real servers. Uses those that MIGRATION_DATABASE_URL and REDIS_URL
 * name. Otherwise starts fast ones that keep nothing and end with the run. Projects of one run share them: the first
 * project names its servers to the others in these variables.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using starting = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'valuecanvas-test-'));
  starting.defer(() => rm(directory, { recursive: true, force: true }));
  // If root runs the tests, PostgreSQL runs as another account.
  await chmod(directory, 0o711);
  const started = await Promise.allSettled([
    provide('MIGRATION_DATABASE_URL', () => ownPostgres(join(directory, 'postgres')), starting),
    provide('REDIS_URL', () => ownRedis(join(directory, 'redis')), starting),
  ]);
  const [postgresUrl, redisUrl] = [urlOf(started[0]), urlOf(started[1])];
  project.provide('postgresUrl', postgresUrl);
  project.provide('redisUrl', redisUrl);
  project.provide(
    'postgresTemplate',
    await createTemplateDatabase({ url: postgresUrl, name: 'vc_template' }),
  );
  const running = starting.move();
  return () => running.disposeAsync();
}

interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Returns the URL in a variable. If it is not set, starts a server and sets the variable, both until `cleanup`. */
async function provide(
  variable: 'MIGRATION_DATABASE_URL' | 'REDIS_URL',
  start: () => Promise<TestServer>,
  cleanup: AsyncDisposableStack,
): Promise<string> {
  const given = process.env[variable];
  if (given) return given;
  const { url, stop } = await start();
  cleanup.defer(() => {
    delete process.env[variable];
    return stop();
  });
  process.env[variable] = url;
  return url;
}

async function ownPostgres(directory: string): Promise<TestServer> {
  const { url, stop } = await startPostgres({
    directory,
    durable: false,
    maxConnections: 400,
    log: console.log,
  });
  return { url, stop: () => stop().then(() => removePostgres(directory)) };
}

function ownRedis(directory: string): Promise<TestServer> {
  return startRedis({ directory, persistent: false, progress: console.log });
}

function urlOf(outcome: PromiseSettledResult<string>): string {
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}
