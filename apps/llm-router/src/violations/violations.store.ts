import type { RateLimitViolation } from '@valuecanvas/contracts-llm-router';
import { acrossUsers } from '@valuecanvas/postgres';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';

/** Maximum number of rows per statement, so that no statement runs for long. */
const deletedAtOnce = 10_000;

/** Accesses rate limit violations recorded by gateway and router. */
export interface ViolationsStore {
  /** Inserts violations. Repeated violations are stored once. */
  insert(violations: readonly RateLimitViolation[]): Promise<void>;
  /** Deletes violations older than `time`, which is at least a day ago, in batches until the signal is aborted. */
  deleteBefore(time: Date, signal?: AbortSignal): Promise<void>;
}

export function createViolationsStore(db: Kysely<Database>): ViolationsStore {
  const deleteSome = (time: Date): Promise<bigint> =>
    acrossUsers(db, async (tx) => {
      const old = tx
        .selectFrom('rate_limit_violations')
        .select('id')
        .where('created_at', '<', time)
        .orderBy('created_at')
        .limit(deletedAtOnce);
      const { numDeletedRows } = await tx
        .deleteFrom('rate_limit_violations')
        .where('id', 'in', old)
        .executeTakeFirstOrThrow();
      return numDeletedRows;
    });

  return {
    async insert(violations) {
      await acrossUsers(db, (tx) =>
        tx
          .insertInto('rate_limit_violations')
          .values(violations.map(toRow))
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      );
    },
    async deleteBefore(time, signal) {
      while (!signal?.aborted && (await deleteSome(time)) === BigInt(deletedAtOnce));
    },
  };
}

function toRow(violation: RateLimitViolation) {
  return {
    id: violation.id,
    user_id: violation.userId ?? null,
    address: violation.address ?? null,
    operation: violation.operation,
    rule: violation.rule,
    tier: violation.tier ?? null,
    limit_value: BigInt(violation.limitValue),
    window_ms: BigInt(violation.windowMs),
    created_at: violation.at,
  };
}
