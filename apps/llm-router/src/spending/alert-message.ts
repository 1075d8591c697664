import { formatDollars } from '@valuecanvas/money';
import type { Selectable } from 'kysely';
import type { CostAlertsTable } from '../db.ts';

type Alert = Pick<
  Selectable<CostAlertsTable>,
  'user_id' | 'level' | 'period' | 'period_start' | 'actual_nanos' | 'threshold_nanos'
>;

/** Length of the ISO time prefix that names a period. */
const nameLength = { hour: 13, day: 10, month: 7 } as const;

/** Formats an alert of a user as one sentence to that user, with exact amounts. */
export function ownMessage(alert: Alert): string {
  const { actual, threshold, when } = partsOf(alert);
  return alert.level === 'critical'
    ? `You have used up your budget of ${threshold}: ${actual} spent ${when}.`
    : `You are close to your budget: ${actual} spent ${when}; the warning threshold is ${threshold}.`;
}

/** Formats an alert as one or two sentences to operators, with exact amounts. */
export function operatorMessage(alert: Alert): string {
  const { actual, threshold, when } = partsOf(alert);
  const { user_id: userId, level } = alert;
  if (userId === null)
    return `The platform has spent ${actual} ${when}, above the ${level} threshold of ${threshold}.`;
  return level === 'critical'
    ? `User ${userId} has used up the budget of ${threshold}: ${actual} spent ${when}. Further calls are refused.`
    : `User ${userId} is close to the budget: ${actual} spent ${when}; the warning threshold is ${threshold}.`;
}

function partsOf({ period, period_start, actual_nanos, threshold_nanos }: Alert) {
  const name = period_start.toISOString().slice(0, nameLength[period]);
  return {
    when: `in the ${period} ${period === 'hour' ? `${name}:00` : name} (UTC)`,
    actual: formatDollars(actual_nanos),
    threshold: formatDollars(threshold_nanos),
  };
}
