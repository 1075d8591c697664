import { AppError, type AuditedCall, type AuditFacts, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { OwnAlert, PlatformAlert } from '@valuecanvas/contracts-llm-router';
import { toDollars } from '@valuecanvas/money';
import { operatorMessage, ownMessage } from './alert-message.ts';
import type { CostAlertRow, CostAlertsStore } from './cost-alerts.store.ts';

/** Maximum number of alerts in a reply; older ones remain in the database. */
const shown = 100;

/** Lists reached spending thresholds, and acknowledges those of the platform. */
export interface CostAlertsService {
  ofUser(owner: UserPrincipal): Promise<{ alerts: OwnAlert[] }>;
  ofPlatform(): Promise<{ alerts: PlatformAlert[] }>;
  /** Keeps the first acknowledgement. Throws NOT_FOUND if the platform has no such alert. */
  acknowledge(id: string, call: AuditedCall): Promise<PlatformAlert>;
}

export function createCostAlertsService(options: {
  readonly store: CostAlertsStore;
  readonly factOf: AuditFacts;
  readonly now: () => number;
}): CostAlertsService {
  const { store, factOf, now } = options;
  return {
    ofUser: async (owner) => ({ alerts: (await store.ofUser(owner, shown)).map(toOwnAlert) }),
    ofPlatform: async () => ({ alerts: (await store.ofPlatform(shown)).map(toPlatformAlert) }),

    async acknowledge(id, call) {
      const by = { userId: call.principal.userId, at: new Date(now()) };
      const row = await store.acknowledge(id, by, () =>
        factOf(call, {
          target: { kind: 'alert', id },
          before: { acknowledged: false },
          after: { acknowledged: true },
        }),
      );
      if (!row) throw new AppError('NOT_FOUND');
      return toPlatformAlert(row);
    },
  };
}

function toOwnAlert(row: CostAlertRow): OwnAlert {
  return { ...factsOf(row), message: ownMessage(row) };
}

function toPlatformAlert(row: CostAlertRow): PlatformAlert {
  const { acknowledged, acknowledged_by, acknowledged_at } = row;
  return {
    ...factsOf(row),
    message: operatorMessage(row),
    acknowledged,
    ...(acknowledged_by === null ? {} : { acknowledgedBy: acknowledged_by }),
    ...(acknowledged_at === null ? {} : { acknowledgedAt: acknowledged_at.toISOString() }),
  };
}

function factsOf(row: CostAlertRow) {
  return {
    id: row.id,
    type: 'COST_THRESHOLD',
    level: row.level,
    period: row.period,
    threshold: toDollars(row.threshold_nanos),
    actual: toDollars(row.actual_nanos),
    createdAt: row.created_at.toISOString(),
  } as const;
}
