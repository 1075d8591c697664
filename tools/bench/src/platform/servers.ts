import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate, type Service, serviceRoles } from '@valuecanvas/database';
import { removePostgres, removeRedis, startPostgres, startRedis } from '@valuecanvas/local-servers';

/** PostgreSQL and Redis configured as in production: durable, append-only file, migrated. */
export interface Servers {
  readonly postgresPid: number;
  readonly redisPid: number;
  readonly redisUrl: string;
  /** Connection URL as the owner of all tables. */
  readonly ownerUrl: string;
  /** Connection URL for a service's role. */
  databaseUrl(service: Service): string;
}

/** Starts with empty folders, discarding those of earlier runs; `cleanup` stops the servers and empties the folders. */
export async function startServers(folder: string, cleanup: AsyncDisposableStack): Promise<Servers> {
  const folders = { postgres: join(folder, 'postgres'), redis: join(folder, 'redis') };
  const empty = async (): Promise<void> => {
    await Promise.all([removePostgres(folders.postgres), removeRedis(folders.redis)]);
  };
  await mkdir(folder, { recursive: true });
  await empty();
  cleanup.defer(empty);
  const postgres = await startPostgres({ directory: folders.postgres, durable: true });
  cleanup.defer(() => postgres.stop());
  const redis = await startRedis({ directory: folders.redis, persistent: true });
  cleanup.defer(() => redis.stop());

  const password = randomBytes(24).toString('base64url');
  const roles = Object.values(serviceRoles);
  await migrate({
    url: postgres.url,
    rolePasswords: Object.fromEntries(roles.map((role) => [role, password])),
  });
  return {
    postgresPid: postgres.pid,
    redisPid: redis.pid,
    redisUrl: redis.url,
    ownerUrl: postgres.url,
    databaseUrl(service) {
      const url = new URL(postgres.url);
      url.username = serviceRoles[service];
      url.password = password;
      return url.href;
    },
  };
}
