import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { ExecutionsService } from './executions.service.ts';

export const executionRoutes = (executions: ExecutionsService) =>
  ({
    listExecutions: ({ principal, page }) => executions.list(principal, page),
    postExecutionMetric: ({ principal, params, body }) => executions.postMetric(principal, params.id, body),
    rateExecution: ({ principal, params, body }) => executions.rate(principal, params.id, body),
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
