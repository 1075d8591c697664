import type { UserPrincipal } from '@valuecanvas/contracts-core';
import { asUser } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';

/** Totals of one day and model. */
export interface SpendingRow {
  readonly day: string;
  readonly model: string;
  readonly requests: number;
  readonly cached: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly costNanos: bigint;
}

/** Reads one user's ledger rows. */
export interface SpendingStore {
  /** Totals by day and model of a half-open interval. */
  byDayAndModel(owner: UserPrincipal, from: Date, until: Date): Promise<SpendingRow[]>;
  /** Nano-dollars spent since each of two times. */
  spentSince(
    owner: UserPrincipal,
    day: Date,
    month: Date,
  ): Promise<{ readonly day: bigint; readonly month: bigint }>;
}

export function createSpendingStore(db: Kysely<Database>): SpendingStore {
  return {
    byDayAndModel: (owner, from, until) =>
      asUser(db, owner, (tx) =>
        tx
          .selectFrom('llm_usage')
          .select(({ fn }) => [
            sql<string>`to_char(created_at at time zone 'UTC', 'YYYY-MM-DD')`.as('day'),
            'model',
            fn.countAll<bigint>().as('requests'),
            sql<bigint>`count(*) filter (where cached)`.as('cached'),
            fn.sum<bigint>('prompt_tokens').as('prompt_tokens'),
            fn.sum<bigint>('completion_tokens').as('completion_tokens'),
            sql<string>`sum(cost_nanos)::text`.as('cost_nanos'),
          ])
          .where('user_id', '=', owner.userId)
          .where('created_at', '>=', from)
          .where('created_at', '<', until)
          .groupBy([sql`1`, 'model'])
          .execute(),
      ).then((rows) =>
        rows.map((row) => ({
          day: row.day,
          model: row.model,
          requests: Number(row.requests),
          cached: Number(row.cached),
          promptTokens: Number(row.prompt_tokens),
          completionTokens: Number(row.completion_tokens),
          costNanos: BigInt(row.cost_nanos),
        })),
      ),

    spentSince: (owner, day, month) =>
      asUser(db, owner, (tx) =>
        tx
          .selectFrom('llm_usage')
          .select([
            sql<string>`coalesce(sum(cost_nanos) filter (where created_at >= ${day}), 0)::text`.as('day'),
            sql<string>`coalesce(sum(cost_nanos), 0)::text`.as('month'),
          ])
          .where('user_id', '=', owner.userId)
          .where('created_at', '>=', month)
          .executeTakeFirstOrThrow(),
      ).then((spent) => ({ day: BigInt(spent.day), month: BigInt(spent.month) })),
  };
}
