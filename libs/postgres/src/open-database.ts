import { metricCatalogue, type ObservedMetrics, type ServiceName } from '@valuecanvas/contracts-core';
import { withTimeout } from '@valuecanvas/resilience';
import { createDatabase, type Database } from './create-database.ts';

/** The part of a service's kit that a database needs. The configuration includes the `postgresVariables`. */
export interface DatabaseKit {
  readonly config: { readonly DATABASE_URL: string; readonly DATABASE_POOL_SIZE: number };
  readonly log: { warn(fields: object, message: string): void };
  readonly rotation: {
    follow(names: readonly 'DATABASE_URL'[], use: (config: { readonly DATABASE_URL: string }) => void): void;
  };
  readonly lifecycle: { onStop(phase: 'close', name: string, stop: () => Promise<void>): void };
  readonly metrics: ObservedMetrics;
}

/** Query timeout of a service, so that an unresponsive server does not block requests forever. */
const queryTimeoutMs = 10_000;

/** Time after which PostgreSQL counts as down in `postgres_up`. */
const pingTimeoutMs = 1_500;

/** Opens the database as the service's own role and exposes its metrics. It closes when the service stops. */
export function openDatabase<Tables>(service: ServiceName, kit: DatabaseKit): Database<Tables> {
  const database = createDatabase<Tables>({
    url: kit.config.DATABASE_URL,
    applicationName: service,
    poolSize: kit.config.DATABASE_POOL_SIZE,
    queryTimeoutMs,
    onError: (err) => kit.log.warn({ err }, 'postgres: idle connection failed'),
  });
  kit.rotation.follow(['DATABASE_URL'], ({ DATABASE_URL: url }) => database.connectTo(url));
  kit.lifecycle.onStop('close', 'postgres', database.close);
  observeDatabase(kit.metrics, database, kit.config.DATABASE_POOL_SIZE);
  return database;
}

function observeDatabase(
  metrics: ObservedMetrics,
  { ping, pool }: Pick<Database<unknown>, 'ping' | 'pool'>,
  poolSize: number,
): void {
  metrics.observe(metricCatalogue.postgresUp, async () => {
    const value = await withTimeout(ping, pingTimeoutMs).then(
      () => 1,
      () => 0,
    );
    return [{ labels: {}, value }];
  });
  metrics.observe(metricCatalogue.postgresConnections, () => {
    const { inUse, idle } = pool();
    return [
      { labels: { state: 'in_use' }, value: inUse },
      { labels: { state: 'idle' }, value: idle },
    ];
  });
  metrics.observe(metricCatalogue.postgresWaiting, () => [{ labels: {}, value: pool().waiting }]);
  metrics.observe(metricCatalogue.postgresMaxConnections, () => [{ labels: {}, value: poolSize }]);
}
