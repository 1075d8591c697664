import type { ServiceName } from '@valuecanvas/contracts-core';
import { createDatabase, type Database } from './create-database.ts';

/** The part of a service's kit that a database needs; its configuration has the `postgresVariables`. */
export interface DatabaseKit {
  readonly config: { readonly DATABASE_URL: string; readonly DATABASE_POOL_SIZE: number };
  readonly log: { warn(fields: object, message: string): void };
  readonly lifecycle: { onStop(phase: 'close', name: string, stop: () => Promise<void>): void };
}

/** Milliseconds that a query of a service may take: on a server that has fallen silent, nobody waits for ever. */
const queryTimeoutMs = 10_000;

/** The database as the service's own role sees it; it ends with the service. */
export function openDatabase<Tables>(service: ServiceName, kit: DatabaseKit): Database<Tables> {
  const database = createDatabase<Tables>({
    url: kit.config.DATABASE_URL,
    applicationName: service,
    poolSize: kit.config.DATABASE_POOL_SIZE,
    queryTimeoutMs,
    onError: (err) => kit.log.warn({ err }, 'a connection to PostgreSQL broke'),
  });
  kit.lifecycle.onStop('close', 'postgres', database.close);
  return database;
}
