import { describe, expect, test } from 'vitest';
import { logGamma, logNormalCdf, logSumExp } from './special-functions.ts';

describe('special functions agree with published values:', () => {
  test.each([
    [0.5, Math.log(Math.PI) / 2],
    [1, 0],
    [2, 0],
    [10, Math.log(362_880)],
    [0.001, 6.907_178_885_383_853],
    [1_000_000.5, 12_815_511.476902766],
  ])('ln Γ(%d)', (x, published) => {
    expect(Math.abs(logGamma(x) - published)).toBeLessThan(1e-12 * Math.max(1, Math.abs(published)));
  });

  test.each([
    [0, Math.log(0.5)],
    [1.959_963_984_540_054, Math.log(0.975)],
    [-1.959_963_984_540_054, Math.log(0.025)],
    [-10, -53.231_285_150_512_47],
    [-40, -804.608_442_013_754],
    [12, 0],
  ])('ln Φ(%d)', (x, published) => {
    expect(logNormalCdf(x)).toBeCloseTo(published, 11);
  });

  test('sums of exponentials do not overflow', () => {
    expect(logSumExp([1_000, 1_000])).toBeCloseTo(1_000 + Math.LN2, 12);
    expect(logSumExp([Number.NEGATIVE_INFINITY])).toBe(Number.NEGATIVE_INFINITY);
  });
});
