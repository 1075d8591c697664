import type { UserPrincipal } from '@valuecanvas/contracts-core';
import type { CostAlert } from '@valuecanvas/contracts-llm-router';
import { acrossUsers, asUser } from '@valuecanvas/postgres';
import type { Kysely, Selectable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { CostAlertsTable, Database } from '../db.ts';

export type CostAlertRow = Selectable<CostAlertsTable>;

/** Accesses cost alerts, at most one per threshold and period. */
export interface CostAlertsStore {
  /** Inserts alerts. A repeated alert is stored once. */
  insert(alerts: readonly CostAlert[]): Promise<void>;
  /** Lists a user's latest alerts, newest first. */
  ofUser(owner: UserPrincipal, limit: number): Promise<readonly CostAlertRow[]>;
  /** Lists the platform's latest alerts, newest first. */
  ofPlatform(limit: number): Promise<readonly CostAlertRow[]>;
}

export function createCostAlertsStore(db: Kysely<Database>): CostAlertsStore {
  return {
    async insert(alerts) {
      await acrossUsers(db, (tx) =>
        tx
          .insertInto('cost_alerts')
          .values(alerts.map(toRow))
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      );
    },
    ofUser: (owner, limit) =>
      asUser(db, owner, (tx) => latest(tx, limit).where('user_id', '=', owner.userId).execute()),
    ofPlatform: (limit) =>
      acrossUsers(db, (tx) => latest(tx, limit).where('scope', '=', 'platform').execute()),
  };
}

function latest(tx: Kysely<Database>, limit: number) {
  return tx
    .selectFrom('cost_alerts')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit);
}

function toRow(alert: CostAlert) {
  return {
    id: uuidv7(),
    scope: alert.scope,
    user_id: alert.userId ?? null,
    period: alert.period,
    period_start: alert.periodStart,
    level: alert.level,
    threshold_nanos: BigInt(alert.thresholdNanos),
    actual_nanos: BigInt(alert.actualNanos),
    created_at: alert.createdAt,
  };
}
