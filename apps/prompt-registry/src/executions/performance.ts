import type { PromptPerformance } from '@valuecanvas/contracts-prompt-registry';

/** Performance by version id. A version without executions has zeros. */
export type PerformanceById = (versionId: string) => PromptPerformance;

/** Loads the performance of any number of versions with one query. */
export type PerformanceOf = (versionIds: readonly string[]) => Promise<PerformanceById>;

/** Performance of a version without executions. */
export const unused: PromptPerformance = {
  executions: 0,
  successRate: 0,
  avgLatency: 0,
  avgCost: 0,
  avgTokens: 0,
  userSatisfaction: 0,
};
