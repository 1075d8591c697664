import type { Moments } from './moments.ts';
import { logNormalCdf } from './special-functions.ts';

/** The difference that a test looks for: any, or only treatment above (or below) control. */
export type Direction = 'either' | 'increase' | 'decrease';

/**
 * Mixture over the sizes of the true difference: a normal distribution around 0, or a half of it for one direction. Its
 * likelihood ratio against "no difference" is a nonnegative martingale, so it reaches `1 / alpha` with a probability of
 * at most `alpha`, ever (Ville 1939; Robbins 1970, "Statistical methods related to the law of the iterated logarithm").
 */
export interface NormalMixture {
  readonly direction: Direction;
  /** Variance of the mixture in units of the estimate's variance: it grows with the sample. */
  readonly scale: number;
}

/**
 * Returns the mixture for two samples, narrowest at `expectedSample` observations of both arms, split evenly. Arms of
 * different sizes count by their harmonic size, on which the variance of a difference depends.
 */
export function normalMixture(
  control: Moments,
  treatment: Moments,
  options: { readonly alpha: number; readonly direction: Direction; readonly expectedSample: number },
): NormalMixture {
  const { alpha, direction, expectedSample } = options;
  const harmonicSize = 1 / (1 / control.count + 1 / treatment.count);
  const expectedSize = expectedSample / 4;
  // Waudby-Smith et al. (2024), approximation of the best parameter; one-sided, twice the probability counts.
  const tail = -2 * Math.log(direction === 'either' ? alpha : 2 * alpha);
  return { direction, scale: (harmonicSize / expectedSize) * (tail + Math.log(tail + 1)) };
}

/** Returns the log of the evidence against "no difference", for an estimate of `score` standard errors. */
export function logEvidence({ direction, scale }: NormalMixture, score: number): number {
  const shrinkage = scale / (1 + scale);
  const evidence = (shrinkage * score * score - Math.log1p(scale)) / 2;
  if (direction === 'either') return evidence;
  const towards = direction === 'increase' ? score : -score;
  return evidence + Math.LN2 + logNormalCdf(towards * Math.sqrt(shrinkage));
}

/** Returns the score at which the evidence reaches `1 / alpha`: the half width of an interval in standard errors. */
export function criticalScore(mixture: NormalMixture, alpha: number): number {
  const { direction, scale } = mixture;
  const twoSided = Math.sqrt(((1 + scale) / scale) * (Math.log1p(scale) - 2 * Math.log(alpha)));
  if (direction === 'either') return twoSided;
  // Newton's method. The evidence is convex, so it converges from the two-sided score, which is slightly too high.
  const root = Math.sqrt(scale / (1 + scale));
  const target = -Math.log(alpha) + Math.log1p(scale) / 2 - Math.LN2;
  let score = twoSided;
  for (let change = 1; change > 1e-14 * score; ) {
    const x = score * root;
    const excess = (x * x) / 2 + logNormalCdf(x) - target;
    change = excess / (root * (x + inverseMills(x)));
    score -= change;
  }
  return score;
}

/** Derivative of ln Φ. */
function inverseMills(x: number): number {
  return Math.exp(-0.5 * x * x - logNormalCdf(x)) / Math.sqrt(2 * Math.PI);
}
