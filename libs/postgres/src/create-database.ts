import { Kysely, PostgresDialect, sql } from 'kysely';
import { Pool, type TypeOverrides, types } from 'pg';

/** A database as one service's role sees it. */
export interface Database<Tables> {
  readonly db: Kysely<Tables>;
  /** Resolves if the server answers; for readiness probes. */
  ping(): Promise<void>;
  /** Returns the numbers of the pool's connections, and of requests that wait for one. */
  pool(): PoolFigures;
  /** Opens new connections with this URL. Open connections stay until they are idle. */
  connectTo(url: string): void;
  /** Waits for running queries and closes the connections. */
  close(): Promise<void>;
}

export interface PoolFigures {
  readonly inUse: number;
  readonly idle: number;
  readonly waiting: number;
}

/** Longest wait for a connection; after it the database counts as unavailable. */
const connectionTimeoutMs = 3_000;

const int8 = 20;

/** Parses `bigint` columns as bigint: nano-dollars and counters can exceed the exact range of a double. */
const parsers: Pick<TypeOverrides, 'getTypeParser'> = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8
      ? (text: string) => BigInt(text)
      : types.getTypeParser(oid, format as 'text')) as TypeOverrides['getTypeParser'],
};

/** Connects lazily and reconnects automatically. `onError` receives the errors of idle connections. */
export function createDatabase<Tables>(options: {
  readonly url: string;
  readonly applicationName: string;
  readonly poolSize: number;
  /** Query timeout; none if absent. */
  readonly queryTimeoutMs?: number;
  readonly onError: (error: Error) => void;
}): Database<Tables> {
  const pool = new Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.poolSize,
    connectionTimeoutMillis: connectionTimeoutMs,
    ...(options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs }),
    idleTimeoutMillis: 30_000,
    types: parsers as never,
  });
  pool.on('error', options.onError);
  // The pool handles errors of idle connections only. Without this listener, a connection that breaks between two
  // queries of a transaction would crash the process. Its next query rejects instead.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    async ping() {
      await sql`select 1`.execute(db);
    },
    pool: () => ({
      inUse: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    connectTo(url) {
      pool.options.connectionString = url;
    },
    close: () => db.destroy(),
  };
}
