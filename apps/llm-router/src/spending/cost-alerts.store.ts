import type { AuditFact, Notification, UserPrincipal } from '@valuecanvas/contracts-core';
import type { CostAlert } from '@valuecanvas/contracts-llm-router';
import { toDollars } from '@valuecanvas/money';
import { acrossUsers, asUser, recordAudit, recordNotification } from '@valuecanvas/postgres';
import type { Kysely, Selectable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { LlmRouterConfig } from '../config.ts';
import type { CostAlertsTable, Database } from '../db.ts';
import { operatorMessage } from './alert-message.ts';

export type CostAlertRow = Selectable<CostAlertsTable>;

export interface AlertedUsers {
  readonly period: 'day' | 'month';
  readonly level: 'warning' | 'critical';
  readonly users: number;
}

/** Accesses cost alerts, at most one per threshold and period. */
export interface CostAlertsStore {
  /**
   * Inserts alerts. Notifies operators of those of the platform, and of those of users as configured. A repeated alert is
   * stored once.
   */
  insert(alerts: readonly CostAlert[]): Promise<void>;
  /** Lists a user's latest alerts, newest first. */
  ofUser(owner: UserPrincipal, limit: number): Promise<readonly CostAlertRow[]>;
  /** Counts the users with an alert of each level in the day and month of `at`, zeros included. */
  countUsers(at: Date): Promise<readonly AlertedUsers[]>;
  /** Lists the platform's latest alerts, newest first. */
  ofPlatform(limit: number): Promise<readonly CostAlertRow[]>;
  /**
   * Acknowledges an alert of the platform and records that in the audit log, unless it is acknowledged already. Returns
   * the alert, or undefined if the platform has no such alert.
   */
  acknowledge(
    id: string,
    by: { readonly userId: string; readonly at: Date },
    factOf: () => AuditFact,
  ): Promise<CostAlertRow | undefined>;
}

/** Creates the store. `userBudgets` selects the alerts of users of which operators are notified. */
export function createCostAlertsStore(
  db: Kysely<Database>,
  userBudgets: LlmRouterConfig['USER_BUDGET_NOTIFICATIONS'],
): CostAlertsStore {
  const isOfInterest = ({ scope, level }: CostAlertRow): boolean =>
    scope === 'platform' || userBudgets === 'all' || (userBudgets === 'reached' && level === 'critical');
  return {
    async insert(alerts) {
      await acrossUsers(db, async (tx) => {
        const stored = await tx
          .insertInto('cost_alerts')
          .values(alerts.map(toRow))
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .execute();
        await recordNotification(tx, ...stored.filter(isOfInterest).map(notificationOf));
      });
    },
    ofUser: (owner, limit) =>
      asUser(db, owner, (tx) => latest(tx, limit).where('user_id', '=', owner.userId).execute()),
    countUsers: (at) => acrossUsers(db, (tx) => countUsers(tx, at)),
    ofPlatform: (limit) =>
      acrossUsers(db, (tx) => latest(tx, limit).where('scope', '=', 'platform').execute()),
    acknowledge: (id, by, factOf) =>
      acrossUsers(db, async (tx) => {
        const acknowledged = await tx
          .updateTable('cost_alerts')
          .set({ acknowledged_by: by.userId, acknowledged_at: by.at })
          .where('id', '=', id)
          .where('scope', '=', 'platform')
          .where('acknowledged_at', 'is', null)
          .returningAll()
          .executeTakeFirst();
        if (acknowledged) {
          await recordAudit(tx, factOf());
          return acknowledged;
        }
        return await tx
          .selectFrom('cost_alerts')
          .selectAll()
          .where('id', '=', id)
          .where('scope', '=', 'platform')
          .executeTakeFirst();
      }),
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

async function countUsers(tx: Kysely<Database>, at: Date): Promise<AlertedUsers[]> {
  const month = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth()));
  const day = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()));
  const rows = await tx
    .selectFrom('cost_alerts')
    .select(({ fn }) => ['period', 'level', fn.countAll().as('users')])
    .where('scope', '=', 'user')
    .where('created_at', '>=', month)
    .where(({ or, and, eb }) =>
      or([
        and([eb('period', '=', 'day'), eb('period_start', '=', day)]),
        and([eb('period', '=', 'month'), eb('period_start', '=', month)]),
      ]),
    )
    .groupBy(['period', 'level'])
    .execute();
  const periods = ['day', 'month'] as const;
  const levels = ['warning', 'critical'] as const;
  return periods.flatMap((period) =>
    levels.map((level) => {
      const found = rows.find((row) => row.period === period && row.level === level);
      return { period, level, users: Number(found?.users ?? 0) };
    }),
  );
}

function notificationOf(alert: CostAlertRow): Notification {
  const { id, period, user_id: userId } = alert;
  return {
    id,
    ...(userId === null ? platformText(alert) : userText(alert, userId)),
    message: operatorMessage(alert),
    details: {
      alertId: id,
      ...(userId === null ? {} : { userId }),
      period,
      periodStart: alert.period_start.toISOString(),
      threshold: toDollars(alert.threshold_nanos),
      actual: toDollars(alert.actual_nanos),
    },
    occurredAt: alert.created_at.toISOString(),
  };
}

function platformText({ period, period_start, level }: CostAlertRow) {
  return {
    key: `platform.cost-alert:${period}:${period_start.toISOString()}:${level}`,
    kind: 'platform.cost-alert',
    severity: level,
    title: `Spending has reached the ${level} threshold of the ${period}`,
  } as const;
}

/** A used-up budget concerns one user, so it is not critical for the platform. */
function userText({ period, period_start, level }: CostAlertRow, userId: string) {
  const isReached = level === 'critical';
  return {
    key: `user.cost-alert:${userId}:${period}:${period_start.toISOString()}:${level}`,
    kind: 'user.cost-alert',
    severity: isReached ? 'warning' : 'info',
    title: isReached
      ? `A user has used up the budget of the ${period}`
      : `A user is close to the budget of the ${period}`,
  } as const;
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
