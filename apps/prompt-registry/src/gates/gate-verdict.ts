import type { GateReason } from '@valuecanvas/contracts-prompt-registry';

/** Conditions of a gate. Increases are shares of the active version's figure. */
export interface GateConditions {
  readonly dataset: string;
  readonly minimumScore: number;
  readonly maximumCostIncrease: number | null;
  readonly maximumLatencyIncrease: number | null;
}

/** Figures of a completed run. */
export interface RunFigures {
  readonly score: number;
  readonly criticalFailures: number;
  /** Mean cost of an answer in nano-dollars. */
  readonly costNanos: number;
  /** Mean latency of an answer. */
  readonly latencyMs: number;
}

/** Returns all reasons why a run does not pass, none if it does. `active` is the run of the active version, if margins need it. */
export function gateReasons(
  gate: GateConditions,
  run: RunFigures,
  active: RunFigures | undefined,
): GateReason[] {
  const reasons: GateReason[] = [];
  if (run.score < gate.minimumScore)
    reasons.push({
      code: 'SCORE_TOO_LOW',
      message: `The score is ${rounded(run.score)}. The gate requires ${rounded(gate.minimumScore)}.`,
    });
  if (run.criticalFailures > 0)
    reasons.push({
      code: 'CRITICAL_CASE_FAILED',
      message: `Critical cases or graders failed: ${run.criticalFailures}. The gate allows none.`,
    });
  if (!active) return reasons;
  const { maximumCostIncrease: ofCost, maximumLatencyIncrease: ofLatency } = gate;
  if (ofCost !== null && exceeds(run.costNanos, active.costNanos, ofCost))
    reasons.push({
      code: 'COST_TOO_HIGH',
      message: `An answer costs ${changeOf(run.costNanos, active.costNanos)} more than with the active version. The gate allows ${percent(ofCost)}.`,
    });
  if (ofLatency !== null && exceeds(run.latencyMs, active.latencyMs, ofLatency))
    reasons.push({
      code: 'LATENCY_TOO_HIGH',
      message: `An answer takes ${changeOf(run.latencyMs, active.latencyMs)} longer than with the active version. The gate allows ${percent(ofLatency)}.`,
    });
  return reasons;
}

const exceeds = (value: number, active: number, increase: number) => value > active * (1 + increase);

const changeOf = (value: number, active: number) =>
  active === 0 ? 'infinitely' : percent(value / active - 1);

const percent = (share: number) => `${Math.round(share * 1_000) / 10} %`;

const rounded = (score: number) => Math.round(score * 1_000) / 1_000;
