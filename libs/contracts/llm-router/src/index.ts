import { defineContract } from '@valuecanvas/contracts-core';
import { chat } from './chat.ts';
import { checkModels } from './check-models.ts';
import { acknowledgeAlert, getOwnAlerts, getPlatformAlerts } from './cost-alerts.ts';
import { clearCache, listBreakerChanges, resetBreakers } from './maintenance.ts';
import { openAi } from './open-ai-dialect.ts';
import { createChatCompletion, getModel, listModels } from './openai.ts';
import { chatForPlatform } from './platform-chat.ts';
import { getOwnUsage, getPlatformCosts, getUserCosts } from './spending.ts';
import { getHealth, getStats } from './status.ts';

export {
  ChatRequest,
  ChatResult,
  cacheControlField,
  cacheRequestHeader,
  chat,
  modelName,
  ResponseFormat,
  spendingErrors,
  spendingJob,
  spendingTimeout,
} from './chat.ts';
export { checkModels } from './check-models.ts';
export { type CostAlert, costAlert, type OwnAlert, type PlatformAlert } from './cost-alerts.ts';
export type { ClosedBreakers } from './maintenance.ts';
export { openAi, toOpenAiError } from './open-ai-dialect.ts';
export { createChatCompletion, getModel, listModels } from './openai.ts';
export { operatorNotification } from './operator-notification.ts';
export { chatForPlatform, platformAccountId } from './platform-chat.ts';
export { type RateLimitViolation, rateLimitViolation } from './rate-limit-violation.ts';
export { type PlatformCosts, UsageReport } from './spending.ts';
export { completionFacts, Usage } from './usage.ts';
export { type LlmUsage, llmUsage } from './usage-fact.ts';

export const llmRouterContract = defineContract({
  service: 'llm-router',
  title: 'LLM',
  description: 'Models of any provider, with failover, caching, budgets and an exact ledger.',
  prefixes: [
    '/api/llm',
    '/v1',
    '/api/user/llm-usage',
    '/api/user/alerts',
    '/api/admin/costs',
    '/api/admin/alerts',
  ],
  dialects: { '/v1': openAi },
  callers: ['gateway', 'canvas', 'job-worker'],
  routes: {
    chat,
    createChatCompletion,
    listModels,
    getModel,
    checkModels,
    chatForPlatform,
    getStats,
    getHealth,
    resetBreakers,
    listBreakerChanges,
    clearCache,
    getOwnUsage,
    getOwnAlerts,
    getPlatformCosts,
    getUserCosts,
    getPlatformAlerts,
    acknowledgeAlert,
  },
});
