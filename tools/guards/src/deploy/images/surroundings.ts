import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { createDatabase, migrate, rolePasswordsFrom } from '@valuecanvas/database';
import { startPostgres, startRedis } from '@valuecanvas/local-servers';
import { parse } from 'yaml';
import { root } from '../../root.ts';
import { interpolate } from '../compose/interpolate.ts';

type Variables = Readonly<Record<string, string>>;

/** What images run against: real servers, and the environment that docker-compose.yml gives. */
export interface Surroundings {
  /** A service's environment by docker-compose.yml, at the addresses of the local servers. */
  variablesOf(service: string): Variables;
  /** An origin that takes traces and error reports. */
  readonly collectorUrl: string;
  /** An empty database, as its owner. */
  readonly emptyDatabaseUrl: string;
}

/** Starts PostgreSQL with a migrated database, and Redis; `cleanup` stops them. */
export async function provideSurroundings(
  folder: string,
  compose: string,
  cleanup: AsyncDisposableStack,
): Promise<Surroundings> {
  const secrets = await generateSecrets();
  const collectorUrl = await startCollector(cleanup);
  const postgres = await startPostgres({ directory: join(folder, 'postgres'), durable: false });
  cleanup.defer(postgres.stop);
  const redis = await startRedis({ directory: join(folder, 'redis'), persistent: false });
  cleanup.defer(redis.stop);
  const url = await createDatabase({ url: postgres.url, name: 'valuecanvas' });
  await migrate({ url, rolePasswords: rolePasswordsFrom(secrets) });
  const { services } = parse(compose, { merge: true }) as {
    services: Record<string, { environment: Variables }>;
  };

  const atLocalServers = (name: string, value: string): string => {
    if (name === 'REDIS_URL') return redis.url;
    if (name !== 'DATABASE_URL') return value;
    const changed = new URL(value);
    changed.host = new URL(postgres.url).host;
    return changed.href;
  };

  return {
    collectorUrl,
    emptyDatabaseUrl: await createDatabase({ url: postgres.url, name: 'empty' }),
    variablesOf(service) {
      const given = Object.entries(services[service]?.environment ?? {});
      return Object.fromEntries(
        given.map(([name, value]) => [name, atLocalServers(name, interpolate(value, secrets))]),
      );
    },
  };
}

/** By the very command that fills .env. */
async function generateSecrets(): Promise<Variables> {
  const command = join(root, 'tools/dev-stack/src/commands/generate-secrets.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [command, '--stdout']);
  return parseEnv(stdout) as Variables;
}

async function startCollector(cleanup: AsyncDisposableStack): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup.defer(() => server.closeAllConnections());
  cleanup.defer(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
