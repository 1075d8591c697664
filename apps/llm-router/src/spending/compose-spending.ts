import { type AuditFacts, metricCatalogue } from '@valuecanvas/contracts-core';
import { costAlert, type llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { drainIntoTable } from '@valuecanvas/journal';
import { toNanos } from '@valuecanvas/money';
import type { OpenRedis } from '@valuecanvas/redis';
import type { HandlersOf, Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { LlmRouterConfig } from '../config.ts';
import type { Database } from '../db.ts';
import { createCostAlertsService } from './cost-alerts.service.ts';
import { createCostAlertsStore } from './cost-alerts.store.ts';
import { createPlatformCostsService } from './platform-costs.service.ts';
import { createPlatformCostsStore } from './platform-costs.store.ts';
import { readPlatformThresholds } from './platform-thresholds.ts';
import { createSpendingService } from './spending.service.ts';
import { createSpendingStore } from './spending.store.ts';
import { readTierLimits, type SpendingRules, spendingRules } from './tier-limits.ts';

/** Composes tiers, cost alerts and spending reports. The drain of the alerts' journal runs until the service stops. */
export function composeSpending(
  kit: Kit<LlmRouterConfig>,
  db: Kysely<Database>,
  redis: OpenRedis,
  factOf: AuditFacts,
) {
  const { config, metrics, now } = kit;
  const platformPerDay = config.PLATFORM_BUDGET_PER_DAY;
  const tiers = readTierLimits(config.LLM_TIERS, {
    perDay: platformPerDay === undefined ? undefined : toNanos(platformPerDay),
    thresholds: readPlatformThresholds(config.PLATFORM_ALERT_THRESHOLDS),
  });
  const alertsStore = createCostAlertsStore(db, config.USER_BUDGET_NOTIFICATIONS);
  drainIntoTable(kit, redis, costAlert, alertsStore.insert);
  metrics.observe(metricCatalogue.budgetsNearLimit, async () =>
    (await alertsStore.countUsers(new Date(now()))).map(({ period, level, users }) => ({
      labels: { period, level },
      value: users,
    })),
  );

  const spending = createSpendingService(createSpendingStore(db), tiers, now);
  const alerts = createCostAlertsService({ store: alertsStore, factOf, now });
  const platformCosts = createPlatformCostsService(createPlatformCostsStore(db), now);
  return {
    rules: spendingRules(tiers) satisfies SpendingRules,
    routes: {
      getOwnUsage: ({ principal, query }) => spending.report(principal, query),
      getOwnAlerts: ({ principal }) => alerts.ofUser(principal),
      getPlatformAlerts: () => alerts.ofPlatform(),
      acknowledgeAlert: (call) => alerts.acknowledge(call.params.id, call),
      getUserCosts: ({ params, query: { tier, ...days } }) => spending.reportOf(params.userId, tier, days),
      getPlatformCosts: ({ query }) => platformCosts.report(query),
    } satisfies Partial<HandlersOf<typeof llmRouterContract>>,
  };
}
