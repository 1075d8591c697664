import { percentage, percentagePoints, roundNumber } from '../words.ts';
import { type Comparison, type ComparisonSettings, compareMeans, type Interval } from './compare-means.ts';
import type { Moments } from './moments.ts';

/** Metric of an experiment, with the words for a verdict. */
export interface ComparedMetric {
  /** Subject of sentences, such as "cost" or "error rate". */
  readonly name: string;
  readonly better: 'lower' | 'higher';
  /** Observations are 0 or 1: differences are told in percentage points instead of percent of control. */
  readonly isProportion: boolean;
  /** Predicate of the treatment if its mean is lower or higher: `(amount) => "costs " + amount + " less"`. */
  readonly lower: (amount: string) => string;
  readonly higher: (amount: string) => string;
}

/** The metrics of executions. */
export const executionMetrics = {
  cost: {
    name: 'cost',
    better: 'lower',
    isProportion: false,
    lower: (amount) => `costs ${amount} less`,
    higher: (amount) => `costs ${amount} more`,
  },
  latency: {
    name: 'latency',
    better: 'lower',
    isProportion: false,
    lower: (amount) => `takes ${amount} less time`,
    higher: (amount) => `takes ${amount} more time`,
  },
  tokens: {
    name: 'number of tokens',
    better: 'lower',
    isProportion: false,
    lower: (amount) => `uses ${amount} fewer tokens`,
    higher: (amount) => `uses ${amount} more tokens`,
  },
  errors: {
    name: 'error rate',
    better: 'lower',
    isProportion: true,
    lower: (amount) => `has an error rate that is ${amount} lower`,
    higher: (amount) => `has an error rate that is ${amount} higher`,
  },
  rating: {
    name: 'rating',
    better: 'higher',
    isProportion: false,
    lower: (amount) => `is rated ${amount} lower`,
    higher: (amount) => `is rated ${amount} higher`,
  },
  score: {
    name: 'evaluation score',
    better: 'higher',
    isProportion: false,
    lower: (amount) => `has an evaluation score that is ${amount} lower`,
    higher: (amount) => `has an evaluation score that is ${amount} higher`,
  },
} as const satisfies Record<string, ComparedMetric>;

export interface Verdict {
  /** `equivalent`: any difference is too small to matter. */
  readonly outcome: 'better' | 'worse' | 'equivalent' | 'undecided';
  /** One or two sentences for people. */
  readonly text: string;
  /** Estimated number of further observations of both arms until a decision, if it is foreseeable. */
  readonly remaining: number | undefined;
  readonly comparison: Comparison | undefined;
}

export interface VerdictOptions {
  /** Name of the treatment, which begins the sentence. */
  readonly treatmentName: string;
  /** Smallest difference that matters, as a share of control's mean. */
  readonly relevantDifference: number;
  readonly settings: Partial<Omit<ComparisonSettings, 'direction' | 'isProportion'>>;
}

/** Compares two arms and tells in words what is known, at any time during an experiment. */
export function verdictOf(
  metric: ComparedMetric,
  control: Moments,
  treatment: Moments,
  { treatmentName, relevantDifference, settings }: VerdictOptions,
): Verdict {
  const compare = (factor: number) =>
    compareMeans(grown(control, factor), grown(treatment, factor), {
      ...settings,
      isProportion: metric.isProportion,
    });
  const comparison = compare(1);
  const relevant = relevantDifference * Math.abs(control.sum / control.count);
  if (comparison && isDecided(comparison.difference, relevant))
    return { ...decided(metric, treatmentName, comparison), remaining: 0, comparison };

  const remaining = remainingObservations(control.count + treatment.count, (factor) => {
    const later = compare(factor);
    return later !== undefined && isDecided(later.difference, relevant);
  });
  const more = remaining === undefined ? '' : `: about ${roundNumber(remaining)} more observations`;
  const soFar = comparison ? ` So far, ${range(metric, comparison)}.` : '';
  return {
    outcome: 'undecided',
    text: `${treatmentName} is not decided yet${more}.${soFar}`,
    remaining,
    comparison,
  };
}

function isDecided({ lower, upper }: Interval, relevant: number): boolean {
  return lower > 0 || upper < 0 || (lower >= -relevant && upper <= relevant);
}

function decided(
  metric: ComparedMetric,
  name: string,
  comparison: Comparison,
): Pick<Verdict, 'outcome' | 'text'> {
  const { lower, upper } = comparison.difference;
  if (lower <= 0 && upper >= 0)
    return {
      outcome: 'equivalent',
      text: `${name} does not differ enough to matter: ${range(metric, comparison)}.`,
    };

  const isHigher = lower > 0;
  const shown = shownInterval(metric, comparison);
  const [nearest, farthest] = [Math.abs(shown.lower), Math.abs(shown.upper)].sort((a, b) => a - b);
  const amount = show(metric, Math.abs(shown.estimate));
  const between = `between ${show(metric, nearest ?? 0)} and ${show(metric, farthest ?? 0)}`;
  return {
    outcome: isHigher === (metric.better === 'higher') ? 'better' : 'worse',
    text: `${name} ${metric[isHigher ? 'higher' : 'lower'](amount)} (${between}).`,
  };
}

function range(metric: ComparedMetric, comparison: Comparison): string {
  const { lower, upper } = shownInterval(metric, comparison);
  const side = (value: number) => `${show(metric, Math.abs(value))} ${value < 0 ? 'lower' : 'higher'}`;
  return `its ${metric.name} is between ${side(lower)} and ${side(upper)}`;
}

/** Proportions are told as differences, all other metrics relative to control. */
function shownInterval({ isProportion }: ComparedMetric, { difference, relative }: Comparison): Interval {
  return isProportion || !relative ? difference : relative;
}

function show({ isProportion }: ComparedMetric, value: number): string {
  return isProportion ? percentagePoints(value) : percentage(value);
}

/** The moments of a sample `factor` times as large whose mean and variance are the same. */
function grown({ count, sum, sumOfSquares }: Moments, factor: number): Moments {
  return { count: count * factor, sum: sum * factor, sumOfSquares: sumOfSquares * factor };
}

/** More than a thousand times the present sample is not foreseeable. */
const farthestFactor = 1_000;

function remainingObservations(present: number, isEnough: (factor: number) => boolean): number | undefined {
  if (present === 0 || !isEnough(farthestFactor)) return undefined;
  let [low, high] = [1, farthestFactor];
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return Math.ceil(present * (high - 1));
}
