import type { PromptPerformance } from '@valuecanvas/contracts-prompt-registry';

/** How a version has done, by its id; a version without executions has zeros. */
export type PerformanceById = (versionId: string) => PromptPerformance;

/** Measures versions by one query, however many they are. */
export type PerformanceOf = (versionIds: readonly string[]) => Promise<PerformanceById>;

/** How a version that was never used has done. */
export const unused: PromptPerformance = {
  executions: 0,
  successRate: 0,
  avgLatency: 0,
  avgCost: 0,
  avgTokens: 0,
  userSatisfaction: 0,
};
