import { logEventEvidence } from '../statistics/event-evidence.ts';
import { type Moments, meanOf, varianceOfMean } from '../statistics/moments.ts';
import { logEvidence, normalMixture } from '../statistics/normal-mixture.ts';
import { percentage, percentagePoints, rounded } from '../words.ts';

/**
 * Bound on what may become worse: `relative` to the mean of the current version (0.1 is 10 %), `absolute` in units of the
 * metric (0.01 is one percentage point of events), or a `limit` on the candidate's own mean.
 */
export type Margin =
  | { readonly relative: number }
  | { readonly absolute: number }
  | { readonly limit: number };

export interface Guardrail {
  /** Name of the metric: key of its observations, and subject of the reasons, such as "cost" or "error rate". */
  readonly metric: string;
  /** `events` are observations of 0 or 1, such as errors; a `mean` is any other metric. */
  readonly kind: 'mean' | 'events';
  /** Which change is a regression. Events are always worse if they are more frequent. */
  readonly worse: 'higher' | 'lower';
  readonly margin: Margin;
}

/** Observations of one metric in the current step. */
export interface ArmMoments {
  readonly current: Moments;
  readonly candidate: Moments;
}

/** Observations of each arm from which a guardrail judges. Fewer say nothing. */
const minimumObservations = { mean: 30, events: 20 } as const;

/** Sample for which the test of means is tuned: a regression should be found within about a hundred candidate observations. */
const expectedSample = 400;

/** Returns the log of the evidence of one step that the candidate is worse than the current version, by any amount. */
export function logRegressionEvidence(guardrail: Guardrail, arms: ArmMoments, alpha: number): number {
  if (!hasEnough(guardrail, arms)) return 0;
  const { current, candidate } = arms;
  if (guardrail.kind === 'events') return logEventEvidence(current, candidate);

  const direction = guardrail.worse === 'higher' ? 'increase' : 'decrease';
  const error = Math.sqrt(varianceOfMean(current) + varianceOfMean(candidate));
  const score = error === 0 ? 0 : (meanOf(candidate) - meanOf(current)) / error;
  return logEvidence(normalMixture(current, candidate, { alpha, direction, expectedSample }), score);
}

/** Returns true if the candidate's observed mean is worse than the margin allows. */
export function isBeyondMargin(guardrail: Guardrail, arms: ArmMoments): boolean {
  if (!hasEnough(guardrail, arms)) return false;
  const sign = guardrail.worse === 'higher' ? 1 : -1;
  const [current, candidate] = [meanOf(arms.current), meanOf(arms.candidate)];
  const { margin } = guardrail;
  if ('limit' in margin) return sign * (candidate - margin.limit) > 0;
  const allowed = 'relative' in margin ? Math.abs(current) * margin.relative : margin.absolute;
  return sign * (candidate - current) > allowed;
}

/** Describes the observed difference and the margin, as the beginning of a sentence. */
export function describeDifference(guardrail: Guardrail, arms: ArmMoments): string {
  const [current, candidate] = [meanOf(arms.current), meanOf(arms.candidate)];
  const show = guardrail.kind === 'events' ? percentage : rounded;
  const relative =
    current === 0 ? '' : ` (${percentage(Math.abs(candidate / current - 1))} ${guardrail.worse})`;
  const values = `${show(candidate)} instead of ${show(current)}${relative}`;
  return `The ${guardrail.metric} is ${values}, and ${describeMargin(guardrail)}`;
}

function describeMargin({ margin, kind }: Guardrail): string {
  const show = kind === 'events' ? percentage : rounded;
  if ('limit' in margin) return `the limit is ${show(margin.limit)}`;
  if ('relative' in margin) return `the margin is ${percentage(margin.relative)}`;
  return `the margin is ${kind === 'events' ? percentagePoints(margin.absolute) : rounded(margin.absolute)}`;
}

function hasEnough({ kind }: Guardrail, { current, candidate }: ArmMoments): boolean {
  return Math.min(current.count, candidate.count) >= minimumObservations[kind];
}
