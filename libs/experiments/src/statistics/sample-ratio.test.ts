import { describe, expect, test } from 'vitest';
import { createRandom } from '../simulation/random.ts';
import { checkSampleRatio } from './sample-ratio.ts';

describe('the sample ratio check', () => {
  test('reports a correct split in at most alpha of all runs, looking after every tenth unit', () => {
    const random = createRandom(3);
    const isReported = () => {
      const counts = [0, 0, 0];
      for (let unit = 1; unit <= 2_000; unit += 1) {
        const point = random.uniform();
        const arm = point < 0.1 ? 0 : point < 0.4 ? 1 : 2;
        counts[arm] = (counts[arm] ?? 0) + 1;
        if (unit % 10 === 0 && checkSampleRatio(counts, [10_000, 30_000, 60_000], 0.05).isMismatch)
          return true;
      }
      return false;
    };
    const reports = Array.from({ length: 300 }, isReported).filter(Boolean).length;
    expect(reports / 300).toBeLessThanOrEqual(0.05);
  });

  test('finds that one in twenty units of an arm is lost', () => {
    expect(checkSampleRatio([50_000, 47_500], [50_000, 50_000]).isMismatch).toBe(true);
  });

  test('finds an arm without units early', () => {
    expect(checkSampleRatio([25, 0], [50_000, 50_000]).isMismatch).toBe(true);
  });

  test('accepts ordinary deviations', () => {
    expect(checkSampleRatio([50_200, 49_800], [1, 1]).isMismatch).toBe(false);
    expect(checkSampleRatio([8, 2], [1, 1]).isMismatch).toBe(false);
    expect(checkSampleRatio([0, 0], [1, 1])).toEqual({ pValue: 1, isMismatch: false });
  });

  test('reports units in an arm of weight 0, and ignores such an arm without units', () => {
    expect(checkSampleRatio([100, 1], [1, 0])).toEqual({ pValue: 0, isMismatch: true });
    expect(checkSampleRatio([50, 50, 0], [1, 1, 0]).isMismatch).toBe(false);
  });
});
