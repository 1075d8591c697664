import type { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { CostAlertsService } from './cost-alerts.service.ts';
import type { PlatformCostsService } from './platform-costs.service.ts';
import type { SpendingService } from './spending.service.ts';

export const spendingRoutes = (
  spending: SpendingService,
  alerts: CostAlertsService,
  platformCosts: PlatformCostsService,
) =>
  ({
    getOwnUsage: ({ principal, query }) => spending.report(principal, query),
    getOwnAlerts: ({ principal }) => alerts.ofUser(principal),
    getPlatformAlerts: () => alerts.ofPlatform(),
    getPlatformCosts: ({ query }) => platformCosts.report(query),
  }) satisfies Partial<HandlersOf<typeof llmRouterContract>>;
