import {
  AppError,
  type ListPage,
  mapPage,
  type PageRequest,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import type { OwnExecution } from '@valuecanvas/contracts-prompt-registry';
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
  };
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
