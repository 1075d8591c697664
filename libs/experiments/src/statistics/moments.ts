/**
 * Sums over the observations of one arm: all that the statistics need. Moments of parts (replicas, hours, partitions) are
 * merged by addition. For a proportion, an observation is 0 or 1.
 */
export interface Moments {
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

export const noObservations: Moments = Object.freeze({ count: 0, sum: 0, sumOfSquares: 0 });

/** Adds an observation. Values above `bound` count as `bound` (winsorising): fix it before the experiment starts. */
export function observe(moments: Moments, value: number, bound = Number.POSITIVE_INFINITY): Moments {
  const counted = Math.min(value, bound);
  return {
    count: moments.count + 1,
    sum: moments.sum + counted,
    sumOfSquares: moments.sumOfSquares + counted * counted,
  };
}

/** Returns the moments of all observations together. */
export function mergeMoments(parts: readonly Moments[]): Moments {
  return parts.reduce(
    (whole, part) => ({
      count: whole.count + part.count,
      sum: whole.sum + part.sum,
      sumOfSquares: whole.sumOfSquares + part.sumOfSquares,
    }),
    noObservations,
  );
}

/** Returns the moments of `events` ones among `count` observations of 0 or 1. */
export function proportion(count: number, events: number): Moments {
  return { count, sum: events, sumOfSquares: events };
}

export function meanOf({ count, sum }: Moments): number {
  return sum / count;
}

/**
 * Estimated variance of the mean. NaN for fewer than two observations. Equal observations have a variance of about a
 * millionth of their value, squared, because sums of squares cannot tell less from rounding.
 */
export function varianceOfMean({ count, sum, sumOfSquares }: Moments): number {
  const squaredDeviations = Math.max(sumOfSquares - (sum * sum) / count, 1e-12 * sumOfSquares);
  return squaredDeviations / (count - 1) / count;
}
