import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { falsePositiveRate, metrics } from '../simulation/experiment-run.ts';
import { createRandom } from '../simulation/random.ts';
import { compareMeans } from './compare-means.ts';
import { mergeMoments, noObservations, observe, proportion } from './moments.ts';

const momentsOf = (values: readonly number[], bound?: number) =>
  values.reduce((moments, value) => observe(moments, value, bound), noObservations);

const sample = (seed: number, count: number, mean: number) => {
  const random = createRandom(seed);
  return momentsOf(Array.from({ length: count }, () => mean + random.normal()));
};

describe('continuous peeking at an experiment without a difference finds one in at most 5 % of runs,', () => {
  test.each([
    ['normal', 'either', 0.5],
    ['log-normal', 'either', 0.5],
    ['log-normal', 'increase', 0.2],
    ['Bernoulli 1 %', 'either', 0.5],
  ] as const)(
    'for %s observations, direction %s, with %d of them in treatment',
    (metric, direction, share) => {
      const isProportion = metric === 'Bernoulli 1 %';
      const rate = falsePositiveRate(createRandom(1), 300, {
        control: metrics[metric],
        treatmentShare: share,
        observations: isProportion ? 5_000 : 3_000,
        settings: { direction, isProportion, expectedSample: 1_500 },
      });
      expect(rate).toBeLessThanOrEqual(0.05);
      // A rate of 0 would mean that the intervals are far too wide, or that nothing was tested.
      expect(rate).toBeGreaterThan(0);
    },
  );
});

describe('a comparison of means', () => {
  test('finds a difference, and its interval contains the true one', () => {
    const comparison = compareMeans(sample(1, 5_000, 10), sample(2, 5_000, 10.5));
    expect(comparison?.difference.lower).toBeGreaterThan(0.35);
    expect(comparison?.difference.lower).toBeLessThan(0.5);
    expect(comparison?.difference.upper).toBeGreaterThan(0.5);
    expect(comparison?.difference.upper).toBeLessThan(0.65);
    expect(comparison?.relative?.lower).toBeCloseTo((comparison?.difference.lower ?? 0) / 10, 2);
    expect(comparison?.pValue).toBeLessThan(1e-6);
  });

  test('has a p-value below alpha exactly when the interval excludes 0, in each direction', () => {
    const shift = fc.double({ min: -0.3, max: 0.3, noNaN: true });
    const direction = fc.constantFrom('either', 'increase', 'decrease' as const);
    const alpha = fc.constantFrom(0.1, 0.05, 0.001);
    fc.assert(
      fc.property(fc.integer(), shift, direction, alpha, (seed, difference, direction, alpha) => {
        const [control, treatment] = [sample(seed, 700, 0), sample(seed + 1, 700, difference)];
        const comparison = compareMeans(control, treatment, { alpha, direction });
        const { lower, upper } = comparison?.difference ?? { lower: Number.NaN, upper: Number.NaN };
        expect((comparison?.pValue ?? 1) < alpha).toBe(lower > 0 || upper < 0);
      }),
      { numRuns: 50 },
    );
  });

  test('gives the same result with the arms exchanged, with the opposite sign', () => {
    const [a, b] = [sample(1, 400, 1), sample(2, 300, 1.2)];
    const [one, other] = [compareMeans(a, b), compareMeans(b, a)];
    expect(one?.difference.lower).toBeCloseTo(-(other?.difference.upper ?? 0), 12);
    expect(one?.pValue).toBeCloseTo(other?.pValue ?? 0, 12);
  });

  test('has a bound on one side if it looks in one direction, closer than the two-sided one', () => {
    const [a, b] = [sample(1, 400, 1), sample(2, 400, 1.2)];
    const either = compareMeans(a, b)?.difference;
    const increase = compareMeans(a, b, { direction: 'increase' })?.difference;
    const decrease = compareMeans(a, b, { direction: 'decrease' })?.difference;
    expect(increase?.upper).toBe(Number.POSITIVE_INFINITY);
    expect(increase?.lower).toBeGreaterThan(either?.lower ?? Number.POSITIVE_INFINITY);
    expect(decrease?.lower).toBe(Number.NEGATIVE_INFINITY);
    expect(decrease?.upper).toBeLessThan(either?.upper ?? Number.NEGATIVE_INFINITY);
  });

  test('has no result below the minimum sample of either arm', () => {
    expect(compareMeans(sample(1, 99, 0), sample(2, 5_000, 1))).toBeUndefined();
    expect(compareMeans(sample(1, 5_000, 0), sample(2, 99, 1))).toBeUndefined();
    expect(compareMeans(sample(1, 100, 0), sample(2, 100, 1))).toBeDefined();
  });

  test('of proportions has no result before the rarer outcome is frequent enough', () => {
    const settings = { isProportion: true };
    expect(compareMeans(proportion(1_000, 10), proportion(1_000, 10), settings)).toBeUndefined();
    expect(compareMeans(proportion(1_000, 990), proportion(1_000, 990), settings)).toBeUndefined();
    expect(compareMeans(proportion(1_000, 15), proportion(1_000, 15), settings)).toBeDefined();
  });

  test('of constant values finds no difference in the rounding of their sums', () => {
    const values = (count: number) => momentsOf(Array.from({ length: count }, () => 0.1));
    const comparison = compareMeans(values(1_000), values(1_001));
    expect(comparison?.pValue).toBe(1);
    expect(compareMeans(values(1_000), momentsOf(Array.from({ length: 1_000 }, () => 0.2)))?.pValue).toBe(0);
    expect(compareMeans(proportion(500, 0), proportion(500, 0))?.pValue).toBe(1);
  });

  test('has no relative interval while the mean of control may be 0', () => {
    expect(compareMeans(sample(1, 400, 0), sample(2, 400, 1))?.relative).toBeUndefined();
  });

  test('counts values above the bound as the bound', () => {
    const spread = momentsOf([1, 2, 1_000_000], 10);
    expect(spread).toEqual({ count: 3, sum: 13, sumOfSquares: 105 });
  });

  test('is the same for merged parts as for the whole', () => {
    const values = fc.array(fc.integer({ min: 0, max: 1_000 }));
    fc.assert(
      fc.property(values, values, (some, others) => {
        expect(mergeMoments([momentsOf(some), momentsOf(others)])).toEqual(momentsOf([...some, ...others]));
      }),
    );
  });
});
