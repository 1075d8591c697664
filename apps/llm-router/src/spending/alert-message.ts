import { formatDollars } from '@valuecanvas/money';
import type { Selectable } from 'kysely';
import type { CostAlertsTable } from '../db.ts';

/** Length of the ISO time prefix that names a period. */
const nameLength = { hour: 13, day: 10, month: 7 } as const;

/** Formats an alert as one sentence with exact amounts. */
export function alertMessage(
  alert: Pick<
    Selectable<CostAlertsTable>,
    'scope' | 'level' | 'period' | 'period_start' | 'actual_nanos' | 'threshold_nanos'
  >,
): string {
  const { scope, level, period, period_start } = alert;
  const name = period_start.toISOString().slice(0, nameLength[period]);
  const when = `in the ${period} ${period === 'hour' ? `${name}:00` : name} (UTC)`;
  const actual = formatDollars(alert.actual_nanos);
  const threshold = formatDollars(alert.threshold_nanos);
  if (scope === 'platform')
    return `The platform has spent ${actual} ${when}, above the ${level} threshold of ${threshold}.`;
  return level === 'critical'
    ? `You have used up your budget of ${threshold}: ${actual} spent ${when}.`
    : `You are close to your budget: ${actual} spent ${when}; the warning threshold is ${threshold}.`;
}
