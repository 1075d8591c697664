import type { ServiceName } from '@valuecanvas/contracts-core';
import { createDatabase, type Database } from './create-database.ts';

/** The part of a service's kit that a database needs. The configuration includes the `postgresVariables`. */
export interface DatabaseKit {
  readonly config: { readonly DATABASE_URL: string; readonly DATABASE_POOL_SIZE: number };
  readonly log: { warn(fields: object, message: string): void };
  readonly lifecycle: { onStop(phase: 'close', name: string, stop: () => Promise<void>): void };
}

/** Query timeout of a service, so that an unresponsive server does not block requests forever. */
const queryTimeoutMs = 10_000;

/** Opens the database as the service's own role. It closes when the service stops. */
export function openDatabase<Tables>(service: ServiceName, kit: DatabaseKit): Database<Tables> {
  const database = createDatabase<Tables>({
    url: kit.config.DATABASE_URL,
    applicationName: service,
    poolSize: kit.config.DATABASE_POOL_SIZE,
    queryTimeoutMs,
    onError: (err) => kit.log.warn({ err }, 'postgres: idle connection failed'),
  });
  kit.lifecycle.onStop('close', 'postgres', database.close);
  return database;
}
