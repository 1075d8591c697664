import { Kysely, PostgresDialect, sql } from 'kysely';
import { Pool, type TypeOverrides, types } from 'pg';

/** A database as one service's role sees it, and how to end it. */
export interface Database<Tables> {
  readonly db: Kysely<Tables>;
  /** Resolves where the server answers; for readiness probes. */
  ping(): Promise<void>;
  /** Waits for running queries and closes the connections. */
  close(): Promise<void>;
}

/** Milliseconds to wait for a free or new connection before the caller is told that the database is away. */
const connectionTimeoutMs = 3_000;

const int8 = 20;

/** `bigint` columns arrive as bigint: nano-dollars and counters do not fit a double for ever. */
const parsers: Pick<TypeOverrides, 'getTypeParser'> = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8
      ? (text: string) => BigInt(text)
      : types.getTypeParser(oid, format as 'text')) as TypeOverrides['getTypeParser'],
};

/** Connects lazily and reconnects by itself. `onError` hears of idle connections that broke. */
export function createDatabase<Tables>(options: {
  readonly url: string;
  readonly applicationName: string;
  readonly poolSize: number;
  /** Milliseconds after which a query is given up; never where absent. */
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
  // The pool listens to idle connections only; one that breaks between two queries of a transaction would end the
  // process. Whoever holds it learns of the loss from the next query.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    async ping() {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
  };
}
