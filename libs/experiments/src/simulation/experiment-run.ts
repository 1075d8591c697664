import { type ComparisonSettings, compareMeans } from '../statistics/compare-means.ts';
import { type Moments, noObservations, observe } from '../statistics/moments.ts';
import type { Random } from './random.ts';

/** Distribution of a metric: draws one observation. */
export type Metric = (random: Random) => number;

/** The distributions of the A/A simulations. The skewed one is winsorised at ten times its mean, as the docs recommend. */
export const metrics = {
  normal: (random) => random.normal(),
  'log-normal': (random) => Math.min(Math.exp(random.normal()), 10 * Math.exp(0.5)),
  'Bernoulli 1 %': (random) => (random.uniform() < 0.01 ? 1 : 0),
} satisfies Record<string, Metric>;

export interface ExperimentRun {
  readonly control: Metric;
  readonly treatment: Metric;
  /** Probability with which an observation belongs to treatment. */
  readonly treatmentShare: number;
  /** Number of observations at which the experiment ends. */
  readonly observations: number;
  readonly settings: Partial<ComparisonSettings>;
}

/**
 * Runs an experiment and looks at its result after every observation. Returns the number of observations at the first
 * look whose interval excludes a difference of 0, or undefined if none does.
 */
export function firstDecision(random: Random, run: ExperimentRun): number | undefined {
  let control: Moments = noObservations;
  let treatment: Moments = noObservations;
  for (let count = 1; count <= run.observations; count += 1) {
    if (random.uniform() < run.treatmentShare) treatment = observe(treatment, run.treatment(random));
    else control = observe(control, run.control(random));
    const comparison = compareMeans(control, treatment, run.settings);
    if (comparison === undefined) continue;
    const { lower, upper } = comparison.difference;
    if (lower > 0 || upper < 0) return count;
  }
  return undefined;
}

/** Share of experiments without any difference that find one at some look. */
export function falsePositiveRate(
  random: Random,
  runs: number,
  run: Omit<ExperimentRun, 'treatment'>,
): number {
  const decisions = Array.from({ length: runs }, () =>
    firstDecision(random, { ...run, treatment: run.control }),
  );
  return decisions.filter((decision) => decision !== undefined).length / runs;
}
