import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHistogram } from './histogram.ts';

const resolutionMs = 0.005;

test('a percentile is the duration of that rank, to 5 microseconds', () => {
  const durations = fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(durations, fc.constantFrom(0.5, 0.9, 0.99, 1), (values, share) => {
      const histogram = createHistogram();
      for (const value of values) histogram.record(value);
      const ranked = values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
      expect(Math.abs(histogram.percentile(share) - ranked)).toBeLessThanOrEqual(resolutionMs * 1.001);
    }),
    { numRuns: 20 },
  );
});

test('without durations there is no percentile', () => {
  expect(createHistogram().percentile(0.5)).toBeNaN();
});

test('a duration beyond the longest counts as the longest', () => {
  const histogram = createHistogram();
  histogram.record(60_000);
  expect(histogram.percentile(1)).toBe(20_000);
});
