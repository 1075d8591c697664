import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresMajor, removePostgres, startPostgres } from '@valuecanvas/local-servers';
import { afterAll, beforeAll } from 'vitest';
import { createDatabase, dropDatabase } from '../src/databases.ts';

export interface TestServer {
  /** A superuser's URL. */
  readonly url: string;
  /** The URL of an empty database that is dropped after the suite. */
  database(): Promise<string>;
}

/** The server of MIGRATION_DATABASE_URL if set, else a new one: for suites that need PostgreSQL 15. */
export function useServer(): TestServer {
  const given = process.env.MIGRATION_DATABASE_URL;
  return given ? serverFrom(async () => ({ url: given, stop: async () => {} })) : useOwnServer(15);
}

/** A separate server: for suites that change server-wide state, such as passwords. */
export function useOwnServer(major: PostgresMajor): TestServer {
  return serverFrom(async () => {
    const directory = await mkdtemp(join(tmpdir(), `valuecanvas-postgres-${major}-`));
    const { url, stop } = await startPostgres({ directory, major, durable: false });
    return { url, stop: () => stop().then(() => removePostgres(directory)) };
  });
}

function serverFrom(start: () => Promise<{ url: string; stop(): Promise<void> }>): TestServer {
  let server: Awaited<ReturnType<typeof start>> | undefined;
  const names: string[] = [];
  const url = () => {
    if (server === undefined) throw new Error('the server runs from beforeAll to afterAll');
    return server.url;
  };
  beforeAll(async () => {
    server = await start();
  }, 120_000);
  afterAll(async () => {
    for (const name of names) await dropDatabase({ url: url(), name });
    await server?.stop();
  });
  return {
    get url() {
      return url();
    },
    async database() {
      const name = `vc_test_${randomBytes(6).toString('hex')}`;
      names.push(name);
      return createDatabase({ url: url(), name });
    },
  };
}
