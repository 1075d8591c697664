import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { UsageReport } from '@valuecanvas/contracts-llm-router';
import { toDollars } from '../pricing/cost.ts';
import type { SpendingRow, SpendingStore } from './spending.store.ts';
import { tierBudgets } from './tier-budgets.ts';

const dayMs = 86_400_000;

/** Days that a report covers where its caller names none. */
const defaultDays = 30;

/** Most days that one report covers. */
const maxDays = 366;

export interface SpendingService {
  report(
    owner: UserPrincipal,
    days: { readonly startDate?: string; readonly endDate?: string },
  ): Promise<UsageReport>;
}

export function createSpendingService(store: SpendingStore, now: () => number): SpendingService {
  return {
    async report(owner, { startDate, endDate }) {
      const today = new Date(now()).toISOString().slice(0, 10);
      const until = new Date(Date.parse(endDate ?? today) + dayMs);
      const from =
        startDate === undefined ? new Date(until.getTime() - defaultDays * dayMs) : new Date(startDate);
      assertRange(from, until);
      const [rows, spent] = await Promise.all([
        store.byDayAndModel(owner, from, until),
        store.spentSince(owner, new Date(today), new Date(`${today.slice(0, 7)}-01`)),
      ]);
      const limits = tierBudgets[owner.tier];
      return {
        ...summary(rows),
        budget: {
          day: { limit: toDollars(limits.day), spent: toDollars(spent.day) },
          month: { limit: toDollars(limits.month), spent: toDollars(spent.month) },
        },
      };
    },
  };
}

function assertRange(from: Date, until: Date): void {
  const days = (until.getTime() - from.getTime()) / dayMs;
  if (days >= 1 && days <= maxDays) return;
  const message = `startDate and endDate must name 1 to ${maxDays} days`;
  throw new AppError('VALIDATION_FAILED', { details: [{ path: 'startDate', message }] });
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
