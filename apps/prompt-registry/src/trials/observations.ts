import type { PromptExecution } from '@valuecanvas/contracts-prompt-registry';
import { type Moments, noObservations, observe } from '@valuecanvas/experiments';
import { toDollars } from '@valuecanvas/money';
import { costOf } from '../executions/cost-of.ts';
import type { TrialSum } from './trial-sums.store.ts';

/** Provider of answers that the router has cached. */
export const cacheProvider = 'cache';

/** Bounds of the metrics of a trial. A canary also has the latency beyond which an answer is slow. */
export type TrialBounds = Readonly<Record<string, number>>;

/** Name of the bound on the latency beyond which an answer is slow, and of the metric that counts such answers. */
export const slowMetric = 'slow';

/** Execution whose version a trial chose. */
export type AssignedExecution = PromptExecution & {
  readonly assignment: NonNullable<PromptExecution['assignment']>;
};

/**
 * Returns the values of an execution by metric. Answers from the cache count nowhere: the older version has more of them, which
 * would look cheap, fast and free of errors. An execution that no model answered is an error without other values.
 */
function valuesOf(execution: PromptExecution, bounds: TrialBounds): readonly (readonly [string, number])[] {
  const { provider, latencyMs, promptTokens, completionTokens } = execution;
  if (provider === cacheProvider) return [];
  const errors = ['errors', execution.success ? 0 : 1] as const;
  if (provider === undefined) return [errors];
  const slowAfterMs = bounds[slowMetric];
  return [
    errors,
    ['cost', toDollars(costOf(execution))],
    ['latency', latencyMs],
    ['tokens', promptTokens + completionTokens],
    ...(slowAfterMs === undefined ? [] : [[slowMetric, latencyMs > slowAfterMs ? 1 : 0] as const]),
  ];
}

/** Sums up the observations of executions by trial, step, arm and metric. Executions of unknown trials count nowhere. */
export function sumsOf(
  executions: readonly AssignedExecution[],
  boundsOf: ReadonlyMap<string, TrialBounds>,
): readonly TrialSum[] {
  const sums = new Map<string, TrialSum>();
  for (const execution of executions) {
    const { trialId, step = 0, arm } = execution.assignment;
    const bounds = boundsOf.get(trialId);
    if (!bounds) continue;
    for (const [metric, value] of valuesOf(execution, bounds)) {
      const key = JSON.stringify([trialId, step, arm, metric]);
      const moments: Moments = sums.get(key)?.moments ?? noObservations;
      const bound = metric === slowMetric ? undefined : bounds[metric];
      sums.set(key, { trialId, step, arm, metric, moments: observe(moments, value, bound) });
    }
  }
  return [...sums.values()];
}
