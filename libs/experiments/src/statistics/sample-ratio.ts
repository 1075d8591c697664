import { logGamma, logSumExp } from './special-functions.ts';

/** How closely the bets surround the expected shares: low values find gross mismatches early, high ones subtle mismatches. */
const concentrations = [10, 300, 10_000] as const;

export interface SampleRatio {
  /** Always-valid p-value of "the units are split as the weights say". */
  readonly pValue: number;
  /** The split is broken: the experiment's results must not be used. */
  readonly isMismatch: boolean;
}

/**
 * Checks that units arrived in proportion to the weights of their arms. A mismatch means that assignment or counting is
 * broken (a crash in one arm, lost exposures), which biases every result. The test may be repeated at any time: a correct
 * split is reported with a probability of at most `alpha`, ever (Lindon and Malek 2022, "Anytime-Valid Inference for
 * Multinomial Count Data"). `counts` are units, each counted once.
 */
export function checkSampleRatio(
  counts: readonly number[],
  weights: readonly number[],
  alpha = 0.001,
): SampleRatio {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const arms = counts
    .map((count, index) => ({ count, share: (weights[index] ?? 0) / total }))
    .filter(({ count, share }) => count > 0 || share > 0);
  if (arms.some(({ share }) => share === 0)) return { pValue: 0, isMismatch: true };

  const units = arms.reduce((sum, { count }) => sum + count, 0);
  const logExpected = arms.reduce((sum, { count, share }) => sum + count * Math.log(share), 0);
  const bets = concentrations.map((strength) => {
    const logPredictive = arms.reduce(
      (sum, { count, share }) => sum + logGamma(strength * share + count) - logGamma(strength * share),
      logGamma(strength) - logGamma(strength + units),
    );
    return logPredictive - logExpected;
  });
  const pValue = Math.min(1, concentrations.length * Math.exp(-logSumExp(bets)));
  return { pValue, isMismatch: pValue <= alpha };
}
