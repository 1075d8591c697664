import type { UserPrincipal } from '@valuecanvas/contracts-core';
import type { AlertList } from '@valuecanvas/contracts-llm-router';
import { toDollars } from '@valuecanvas/money';
import { alertMessage } from './alert-message.ts';
import type { CostAlertRow, CostAlertsStore } from './cost-alerts.store.ts';

/** Maximum number of alerts in a reply; older ones remain in the database. */
const shown = 100;

/** Lists reached spending thresholds. */
export interface CostAlertsService {
  ofUser(owner: UserPrincipal): Promise<AlertList>;
  ofPlatform(): Promise<AlertList>;
}

export function createCostAlertsService(store: CostAlertsStore): CostAlertsService {
  return {
    ofUser: async (owner) => toList(await store.ofUser(owner, shown)),
    ofPlatform: async () => toList(await store.ofPlatform(shown)),
  };
}

function toList(rows: readonly CostAlertRow[]): AlertList {
  return {
    alerts: rows.map((row) => ({
      id: row.id,
      type: 'COST_THRESHOLD',
      level: row.level,
      period: row.period,
      threshold: toDollars(row.threshold_nanos),
      actual: toDollars(row.actual_nanos),
      message: alertMessage(row),
      createdAt: row.created_at.toISOString(),
    })),
  };
}
