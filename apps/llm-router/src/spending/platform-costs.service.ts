import type { PlatformCosts } from '@valuecanvas/contracts-llm-router';
import { toDollars } from '@valuecanvas/money';
import type { CostGroup, PlatformCostsStore } from './platform-costs.store.ts';
import { type AskedDays, reportDays } from './report-days.ts';

/** Default number of users listed in a report. */
const defaultUsers = 100;

/** Reports the spending of all users. */
export interface PlatformCostsService {
  report(asked: AskedDays & { readonly users?: number }): Promise<PlatformCosts>;
}

export function createPlatformCostsService(
  store: PlatformCostsStore,
  now: () => number,
): PlatformCostsService {
  return {
    async report({ users = defaultUsers, ...days }) {
      const { from, until } = reportDays(days, now());
      const groups = await store.groups(from, until, users);
      const by = (kind: CostGroup['by']) => groups.filter((group) => group.by === kind);
      const total = by('all')[0];
      const models = by('model').map(({ name }) => name);
      const modelsByDay = topModels(by('day and model'), models);
      const prompt = total?.promptTokens ?? 0;
      const completion = total?.completionTokens ?? 0;
      return {
        totalCost: toDollars(total?.costNanos ?? 0n),
        estimatedCost: toDollars(total?.estimatedNanos ?? 0n),
        requestCount: total?.requests ?? 0,
        cachedCount: total?.cached ?? 0,
        tokenUsage: { prompt, completion, total: prompt + completion },
        userCount: by('user')[0]?.groups ?? 0,
        byUser: by('user').map((group) => ({ userId: group.name, ...figures(group) })),
        byModel: by('model').map((group) => ({ model: group.name, ...figures(group) })),
        byDay: by('day')
          .map((group) => ({
            day: group.name,
            ...figures(group),
            estimatedCost: toDollars(group.estimatedNanos),
            topModels: modelsByDay.get(group.name) ?? [],
          }))
          .sort((a, b) => a.day.localeCompare(b.day)),
      };
    },
  };
}

/** Costs of the models of each day, in the order of the given models. */
function topModels(groups: readonly CostGroup[], order: readonly string[]) {
  const ordered = groups.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return new Map(
    [...Map.groupBy(ordered, ({ day }) => day)].map(([day, ofDay]) => [
      day,
      ofDay.map(({ name, costNanos }) => ({ model: name, cost: toDollars(costNanos) })),
    ]),
  );
}

function figures({ requests, costNanos }: CostGroup) {
  return { requests, cost: toDollars(costNanos) };
}
