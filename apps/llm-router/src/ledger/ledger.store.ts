import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import { acrossUsers, isMissingPartition } from '@valuecanvas/postgres';
import { timeOfId } from '@valuecanvas/service-kit';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';
import { ledgerColumns } from './ledger-columns.ts';

/** Number of months for which partitions are created ahead. */
const monthsAhead = 3;

export interface SpentInLedger {
  readonly nanos: bigint;
  readonly stored: ReadonlySet<string>;
}

/** Accesses the ledger's rows, which are written once and never changed. */
export interface LedgerStore {
  /** Inserts rows. Repeated rows are stored once. Creates the partitions of their months if they are missing. */
  insert(rows: readonly LlmUsage[]): Promise<void>;
  /**
   * Returns, from one snapshot, the spending of a user or the platform in a half-open interval, and which of the given rows
   * exist.
   */
  spentBetween(
    userId: string | undefined,
    from: Date,
    until: Date,
    ids: readonly string[],
  ): Promise<SpentInLedger>;
  /** Creates the partitions of the coming months. */
  makePartitions(): Promise<void>;
  /** Drops partitions older than the last `monthsKept` full months and returns their names. */
  dropPartitions(monthsKept: number): Promise<readonly string[]>;
}

export function createLedgerStore(db: Kysely<Database>): LedgerStore {
  return {
    async insert(rows) {
      const insert = () => acrossUsers(db, (tx) => insertion(rows).execute(tx));
      try {
        await insert();
      } catch (error) {
        if (!isMissingPartition(error)) throw error;
        const times = rows.map(({ id }) => timeOfId(id));
        await makePartitionsAt(db, times);
        await insert();
      }
    },
    async spentBetween(userId, from, until, ids) {
      const { nanos, stored } = await acrossUsers(db, (tx) =>
        tx
          .selectFrom('llm_usage')
          .select([
            sql<string>`coalesce(sum(cost_nanos), 0)::text`.as('nanos'),
            sql<string[]>`array(
              select id from llm_usage
              where id = any(${ids}::uuid[]) and created_at >= ${from} and created_at < ${until}
            )`.as('stored'),
          ])
          .where('created_at', '>=', from)
          .where('created_at', '<', until)
          .$if(userId !== undefined, (query) => query.where('user_id', '=', userId as string))
          .executeTakeFirstOrThrow(),
      );
      return { nanos: BigInt(nanos), stored: new Set(stored) };
    },
    async makePartitions() {
      await sql`select vc_private.create_llm_usage_partitions(${monthsAhead}::integer)`.execute(db);
    },
    async dropPartitions(monthsKept) {
      const query = sql<{ dropped: string[] }>`
        select vc_private.drop_llm_usage_partitions(${monthsKept}::integer) as dropped`;
      const { rows } = await query.execute(db);
      return rows[0]?.dropped ?? [];
    },
  };
}

/** Throws an error that is refused data if a time is more than 24 months from now. */
async function makePartitionsAt(db: Kysely<Database>, times: readonly Date[]): Promise<void> {
  await sql`select vc_private.create_llm_usage_partitions_at(${times}::timestamptz[])`.execute(db);
}

/** Uses one array per column: twice as fast as one parameter per value, in batches of 200 (PostgreSQL 15). */
function insertion(rows: readonly LlmUsage[]) {
  const arrays = Object.values(ledgerColumns).map(
    ([type, value]) => sql`${rows.map(value)}::${sql.raw(type)}[]`,
  );
  return sql`
    insert into llm_usage (${sql.join(Object.keys(ledgerColumns).map((name) => sql.id(name)))})
    select * from unnest(${sql.join(arrays)})
    on conflict (id, created_at) do nothing`;
}
