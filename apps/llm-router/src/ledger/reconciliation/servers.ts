import { createDatabase } from '@valuecanvas/postgres';
import { createKeys, createRedis, type Keys, type Redis } from '@valuecanvas/redis';
import type { Database } from '../../db.ts';
import { createLedgerTotalsStore, type LedgerTotalsStore } from './ledger-totals.store.ts';

/** PostgreSQL and Redis for the command. */
export interface Servers extends AsyncDisposable {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly store: LedgerTotalsStore;
}

/** Opens the servers from the environment, as the database's owner or the router's role. Throws a one-sentence error. */
export function openServers(environment: Readonly<Record<string, string | undefined>>): Servers {
  const databaseUrl = environment.MIGRATION_DATABASE_URL || environment.DATABASE_URL;
  if (!databaseUrl || !URL.canParse(databaseUrl)) {
    throw new Error('Set MIGRATION_DATABASE_URL (or DATABASE_URL) to the URL of the database.');
  }
  const { REDIS_URL: redisUrl, REDIS_PASSWORD: password, REDIS_KEY_PREFIX: prefix } = environment;
  if (!redisUrl || !URL.canParse(redisUrl)) throw new Error('Set REDIS_URL to the URL of Redis.');
  const quiet = { onError: () => undefined };
  const name = 'ledger-reconcile';
  const database = createDatabase<Database>({
    url: databaseUrl,
    applicationName: name,
    poolSize: 1,
    ...quiet,
  });
  const redis = createRedis({ url: redisUrl, password: password || undefined, name, ...quiet });
  return {
    redis,
    keys: createKeys(prefix || 'vc'),
    store: createLedgerTotalsStore(database.db),
    async [Symbol.asyncDispose]() {
      redis.disconnect();
      await database.close();
    },
  };
}
