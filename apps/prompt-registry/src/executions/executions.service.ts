import {
  AppError,
  type ListPage,
  mapPage,
  type PageRequest,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import { builtInMetrics, type OwnExecution } from '@valuecanvas/contracts-prompt-registry';
import { slowMetric } from '../trials/observations.ts';
import { unitsMetric } from '../trials/trial-sums.store.ts';
import type { ExecutionRow, ExecutionsStore } from './executions.store.ts';

export type ExecutionsService = ReturnType<typeof createExecutionsService>;

/** Ratings of prompt executions by users. */
export function createExecutionsService(store: ExecutionsStore) {
  return {
    list: async (principal: UserPrincipal, page: PageRequest): Promise<ListPage<OwnExecution>> =>
      mapPage(await store.list(principal, page), toOwnExecution),

    /** Throws NOT_FOUND if the execution is absent, not yet stored, or another user's. */
    async rate(
      principal: UserPrincipal,
      id: string,
      feedback: { readonly rating: number; readonly comment?: string },
    ): Promise<undefined> {
      if (!(await store.rate(principal, id, feedback))) throw new AppError('NOT_FOUND');
    },

    /**
     * Throws NOT_FOUND as `rate` does, unless the caller holds `prompts:write`, and VALIDATION_FAILED for a metric that the
     * registry observes itself, or a proportion other than 0 and 1.
     */
    async postMetric(
      principal: UserPrincipal,
      id: string,
      { metric, value }: { readonly metric: string; readonly value: number },
    ): Promise<undefined> {
      if (observedMetrics.includes(metric))
        throw invalid(
          'metric',
          `is observed by the registry. Post ${postedMetric}, or a metric of an experiment.`,
        );
      const stored = await store.postMetric(principal, id, metric, value, (kind) => {
        if (kind === 'proportion' && value !== 0 && value !== 1)
          throw invalid('value', `must be 0 or 1, because ${metric} is a proportion`);
      });
      if (!stored) throw new AppError('NOT_FOUND');
    },
  };
}

const postedMetric = 'score';

const observedMetrics: readonly string[] = [
  ...builtInMetrics.filter((metric) => metric !== postedMetric),
  slowMetric,
  unitsMetric,
];

function invalid(path: string, message: string): AppError {
  return new AppError('VALIDATION_FAILED', { details: [{ path, message }] });
}

function toOwnExecution(row: ExecutionRow): OwnExecution {
  const { operation, model, rating, comment } = row;
  return {
    id: row.id,
    promptVersionId: row.prompt_version_id,
    ...(operation === null ? {} : { operation }),
    ...(model === null ? {} : { model }),
    success: row.success,
    ...(rating === null ? {} : { rating }),
    ...(comment === null ? {} : { comment }),
    createdAt: row.created_at.toISOString(),
  };
}
