import type { Tier, UserPrincipal } from '@valuecanvas/contracts-core';
import type { UsageReport } from '@valuecanvas/contracts-llm-router';
import { toDollars } from '@valuecanvas/money';
import { type AskedDays, dayOf, reportDays } from './report-days.ts';
import type { SpendingRow, SpendingStore } from './spending.store.ts';

/** Budgets of each tier in nano-dollars per UTC day and month. */
export type TierBudgets = Readonly<Record<Tier, { readonly day: bigint; readonly month: bigint }>>;

/** Reports a user's spending. */
export interface SpendingService {
  report(owner: UserPrincipal, days: AskedDays): Promise<UsageReport>;
  /** Reports for an operator. The ledger does not hold accounts, so the caller names the current tier of the user. */
  reportOf(userId: string, tier: Tier, days: AskedDays): Promise<UsageReport>;
}

export function createSpendingService(
  store: SpendingStore,
  tiers: TierBudgets,
  now: () => number,
): SpendingService {
  const report: SpendingService['report'] = async (owner, days) => {
    const { from, until } = reportDays(days, now());
    const today = dayOf(now());
    const [rows, spent] = await Promise.all([
      store.byDayAndModel(owner, from, until),
      store.spentSince(owner, new Date(today), new Date(`${today.slice(0, 7)}-01`)),
    ]);
    const limits = tiers[owner.tier];
    return {
      ...summary(rows),
      budget: {
        day: { limit: toDollars(limits.day), spent: toDollars(spent.day) },
        month: { limit: toDollars(limits.month), spent: toDollars(spent.month) },
      },
    };
  };
  return {
    report,
    reportOf: (userId, tier, days) =>
      report({ kind: 'user', userId, tier, role: 'user', permissions: [] }, days),
  };
}

function summary(rows: readonly SpendingRow[]): Omit<UsageReport, 'budget'> {
  const sum = (pick: (row: SpendingRow) => number) => rows.reduce((total, row) => total + pick(row), 0);
  const prompt = sum((row) => row.promptTokens);
  const completion = sum((row) => row.completionTokens);
  return {
    totalCost: costOf(rows),
    requestCount: sum((row) => row.requests),
    cachedCount: sum((row) => row.cached),
    tokenUsage: { prompt, completion, total: prompt + completion },
    byModel: grouped(rows, (row) => row.model)
      .map(([model, group]) => ({ model, ...group }))
      .sort((a, b) => b.cost - a.cost || a.model.localeCompare(b.model)),
    byDay: grouped(rows, (row) => row.day)
      .map(([day, group]) => ({ day, ...group }))
      .sort((a, b) => a.day.localeCompare(b.day)),
  };
}

function grouped(rows: readonly SpendingRow[], key: (row: SpendingRow) => string) {
  return [...Map.groupBy(rows, key)].map(
    ([name, group]) =>
      [
        name,
        { requests: group.reduce((total, row) => total + row.requests, 0), cost: costOf(group) },
      ] as const,
  );
}

function costOf(rows: readonly SpendingRow[]): number {
  return toDollars(rows.reduce((total, row) => total + row.costNanos, 0n));
}
