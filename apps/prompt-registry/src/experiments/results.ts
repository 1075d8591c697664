import {
  type ArmComparison,
  builtInMetrics,
  type ExperimentResults,
  type MetricResult,
} from '@valuecanvas/contracts-prompt-registry';
import {
  type ComparedMetric,
  checkSampleRatio,
  executionMetrics,
  type Verdict,
  verdictOf,
} from '@valuecanvas/experiments';
import { type StepSums, unitsMetric } from '../trials/trial-sums.store.ts';
import { armsOf, customMetricsOf, type ExperimentRow } from './experiment-row.ts';

/** Probability that any interval of an arm and metric is wrong, over all looks. All arms but the first share it. */
const alpha = 0.05;

/** Computes the results of an experiment from its sums, whatever the number of executions. */
export function resultsOf(row: ExperimentRow, sums: StepSums): ExperimentResults {
  const sampleRatio = sampleRatioOf(row, sums);
  const metrics = comparedMetrics(row)
    .map(([name, compared]) => metricResult(row, sums, name, compared))
    .filter(({ isPrimary, arms }) => isPrimary || arms.some(({ observations }) => observations > 0))
    .sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary));
  return {
    experimentId: row.id,
    status: row.status,
    verdict: sampleRatio.isMismatch ? brokenSplit : textOf(metrics),
    sampleRatio,
    metrics,
  };
}

const brokenSplit =
  'The split is broken: units do not arrive in the proportions of the weights. Do not use these results before the cause is found.';

/** Joins the comparisons of the metric that decides. */
function textOf(metrics: readonly MetricResult[]): string {
  const [primary] = metrics;
  const isEmpty = primary?.arms.every(({ observations }) => observations === 0) ?? true;
  if (isEmpty) return 'There are no observations yet.';
  return primary?.comparisons.map(({ text }) => text).join(' ') ?? '';
}

function sampleRatioOf(row: ExperimentRow, sums: StepSums): ExperimentResults['sampleRatio'] {
  const arms = armsOf(row).map(({ name, weight }) => ({
    name,
    weight,
    units: sums.of(name, unitsMetric).count,
  }));
  const { pValue, isMismatch } = checkSampleRatio(
    arms.map(({ units }) => units),
    arms.map(({ weight }) => weight),
  );
  const total = arms.reduce((sum, { weight }) => sum + weight, 0);
  return {
    arms: arms.map(({ name, units, weight }) => ({ name, units, expectedShare: weight / total })),
    pValue,
    isMismatch,
  };
}

function comparedMetrics(row: ExperimentRow): (readonly [string, ComparedMetric])[] {
  return [
    ...builtInMetrics.map((name) => [name, executionMetrics[name]] as const),
    ...customMetricsOf(row).map(
      ({ name, better, kind }) =>
        [
          name,
          {
            name,
            better,
            isProportion: kind === 'proportion',
            lower: (amount: string) => `has a ${name} that is ${amount} lower`,
            higher: (amount: string) => `has a ${name} that is ${amount} higher`,
          },
        ] as const,
    ),
  ];
}

function metricResult(
  row: ExperimentRow,
  sums: StepSums,
  metric: string,
  compared: ComparedMetric,
): MetricResult {
  const arms = armsOf(row).map(({ name }) => ({ name, moments: sums.of(name, metric) }));
  const [control, ...treatments] = arms;
  if (!control) throw new Error(`The experiment ${row.id} has no arms.`);
  return {
    metric,
    isPrimary: metric === row.metric,
    arms: arms.map(({ name, moments: { count, sum } }) => ({
      name,
      observations: count,
      ...(count === 0 ? {} : { mean: sum / count }),
    })),
    comparisons: treatments.map(({ name, moments }) => {
      const verdict = verdictOf(compared, control.moments, moments, {
        treatmentName: name,
        relevantDifference: row.relevant_difference,
        settings: { alpha: alpha / treatments.length, expectedSample: row.expected_sample },
      });
      return toComparison(name, verdict);
    }),
  };
}

function toComparison(arm: string, { outcome, text, remaining, comparison }: Verdict): ArmComparison {
  return {
    arm,
    outcome,
    text,
    ...(comparison ? { difference: comparison.difference, pValue: comparison.pValue } : {}),
    ...(comparison?.relative ? { relative: comparison.relative } : {}),
    ...(remaining === undefined ? {} : { remaining }),
  };
}
