import type { Moments } from './moments.ts';
import { logSumExp } from './special-functions.ts';

/** Rates of events, relative to control's, among which the test spreads its bets. Others are found as well. */
const ratios = [1.5, 3, 6, 15] as const;

/**
 * Returns the log of the evidence that events (errors, slow answers) are more frequent in treatment than in control, for
 * observations of 0 or 1. If both are equally frequent, each event belongs to treatment with the probability of
 * treatment's share of the observations. The test bets against that, after Lindon and Malek (2022), "Anytime-Valid
 * Inference for Multinomial Count Data". It needs no normal approximation, so it is valid from the first event on, and it
 * stays valid while the rate of events changes over time, as in an outage that affects both arms. The share of the
 * observations must not change meanwhile.
 */
export function logEventEvidence(control: Moments, treatment: Moments): number {
  if (control.count === 0 || treatment.count === 0) return 0;
  const share = treatment.count / (control.count + treatment.count);
  const events = control.sum + treatment.sum;
  const bets = ratios.map(
    (ratio) => treatment.sum * Math.log(ratio) - events * Math.log(share * ratio + 1 - share),
  );
  return logSumExp(bets) - Math.log(ratios.length);
}
