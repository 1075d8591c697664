import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { ExecutionsStore } from './executions.store.ts';

export type ExecutionsService = ReturnType<typeof createExecutionsService>;

/** Ratings of prompt executions by users. */
export function createExecutionsService(store: ExecutionsStore) {
  return {
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
