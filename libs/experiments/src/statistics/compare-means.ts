import { type Moments, meanOf, varianceOfMean } from './moments.ts';
import { criticalScore, type Direction, logEvidence, normalMixture } from './normal-mixture.ts';

export interface ComparisonSettings {
  /** Probability that any of the intervals is wrong, over all looks. */
  readonly alpha: number;
  readonly direction: Direction;
  /** Observations of both arms together at which intervals should be narrowest. Other sizes are valid as well. */
  readonly expectedSample: number;
  /** Observations that each arm needs before the first result. */
  readonly minimumSample: number;
  /** Observations are 0 or 1. Each arm then also needs about 15 events and 15 observations without one. */
  readonly isProportion: boolean;
}

const defaultComparison: ComparisonSettings = {
  alpha: 0.05,
  direction: 'either',
  expectedSample: 10_000,
  minimumSample: 100,
  isProportion: false,
};

/** Bounds are infinite on the side that a one-sided comparison does not look at. */
export interface Interval {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Comparison {
  /** Treatment minus control. */
  readonly difference: Interval;
  /** The difference as a share of control's mean. Undefined while control's mean may be 0. */
  readonly relative: Interval | undefined;
  /** Always-valid p-value: below `alpha` exactly when the interval of the difference excludes 0. */
  readonly pValue: number;
}

/**
 * Compares the means of two arms by asymptotic confidence sequences (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024,
 * "Time-uniform central limit theory and asymptotic confidence sequences"). All intervals that it ever returns for an
 * experiment contain the true difference together with a probability of `1 - alpha`. So results may be read at any time,
 * and an experiment may stop at any time. Returns undefined below the minimum sample.
 */
export function compareMeans(
  control: Moments,
  treatment: Moments,
  settings: Partial<ComparisonSettings> = {},
): Comparison | undefined {
  const options = { ...defaultComparison, ...settings };
  if (!isLargeEnough(control, treatment, options)) return undefined;

  const mixture = normalMixture(control, treatment, options);
  const width = criticalScore(mixture, options.alpha);
  const estimate = meanOf(treatment) - meanOf(control);
  const error = Math.sqrt(varianceOfMean(treatment) + varianceOfMean(control));
  const bounds = { lower: estimate - width * error, upper: estimate + width * error };
  const score = error === 0 ? 0 : estimate / error;
  return {
    difference: oneSided({ estimate, ...bounds }, options.direction),
    relative: relativeInterval(control, treatment, width, options.direction),
    pValue: Math.min(1, Math.exp(-logEvidence(mixture, score))),
  };
}

const minimumEvents = 15;

function isLargeEnough(control: Moments, treatment: Moments, options: ComparisonSettings): boolean {
  const smaller = Math.min(control.count, treatment.count);
  if (smaller < Math.max(2, options.minimumSample)) return false;
  if (!options.isProportion) return true;
  const share = (control.sum + treatment.sum) / (control.count + treatment.count);
  return smaller * Math.min(share, 1 - share) >= minimumEvents;
}

/**
 * Interval of `treatment / control - 1` (Fieller 1954): all ratios r for which the interval of `treatment - r · control`
 * contains 0. It is valid at all times like the others, because it asks for the same sequence with each r.
 */
function relativeInterval(
  control: Moments,
  treatment: Moments,
  width: number,
  direction: Direction,
): Interval | undefined {
  const [a, b] = [meanOf(control), meanOf(treatment)];
  const [ofA, ofB] = [control, treatment].map((moments) => width * width * varianceOfMean(moments));
  // (b - r a)² <= ofB + r² ofA is a quadratic inequality in r, with two bounds if `a` is clearly different from 0.
  const leading = a * a - (ofA ?? 0);
  if (leading <= 0 || a === 0) return undefined;
  const root = Math.sqrt(Math.max(0, a * a * b * b - leading * (b * b - (ofB ?? 0))));
  const bounds = { lower: (a * b - root) / leading - 1, upper: (a * b + root) / leading - 1 };
  return oneSided({ estimate: b / a - 1, ...bounds }, direction);
}

function oneSided(interval: Interval, direction: Direction): Interval {
  if (direction === 'increase') return { ...interval, upper: Number.POSITIVE_INFINITY };
  if (direction === 'decrease') return { ...interval, lower: Number.NEGATIVE_INFINITY };
  return interval;
}
