import { percentage } from '../words.ts';
import {
  type ArmMoments,
  describeDifference,
  type Guardrail,
  isBeyondMargin,
  logRegressionEvidence,
} from './guardrail.ts';

export interface CanaryStep {
  /** Percentage of units that get the candidate: above 0 and below 100. Behind the last step, all units get it. */
  readonly percentage: number;
  /** Observations of the candidate that the step needs. */
  readonly minimumSample: number;
  readonly minimumMs: number;
}

export interface CanaryPlan {
  readonly steps: readonly CanaryStep[];
  readonly guardrails: readonly Guardrail[];
  /** Probability that a candidate is rolled back although it equals the current version, over the whole canary. */
  readonly alpha: number;
}

/** State of a canary between two judgements, as JSON. Store the next one by compare-and-set on `step`. */
export interface CanaryState {
  /** Index of the current step. */
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly stepStartedAt: number;
  /** Evidence of earlier steps by metric, which multiplies that of the current step. */
  readonly carriedEvidence: Readonly<Record<string, number>>;
}

/** Observations since the current step began. */
export interface StepObservations {
  /** Executions of the candidate. */
  readonly sample: number;
  /** Observations by metric. A metric without an entry has none. */
  readonly metrics: Readonly<Record<string, ArmMoments>>;
}

export type CanaryDecision =
  | { readonly action: 'hold' | 'finish'; readonly reason: string }
  | { readonly action: 'advance'; readonly reason: string; readonly state: CanaryState }
  | { readonly action: 'rollBack'; readonly reason: string; readonly metric: string };

/** Returns the state of a canary that begins with its first step. Throws a RangeError for a plan that cannot be carried out. */
export function startCanary(plan: CanaryPlan, now: number): CanaryState {
  const percentages = plan.steps.map((step) => step.percentage);
  if (percentages.length === 0) throw new RangeError('A canary needs at least one step.');
  if (!percentages.every((share, index) => share > (percentages[index - 1] ?? 0) && share < 100))
    throw new RangeError('The percentages of the steps must grow, from above 0 to below 100.');
  if (plan.guardrails.length === 0) throw new RangeError('A canary needs at least one guardrail.');
  if (new Set(plan.guardrails.map(({ metric }) => metric)).size < plan.guardrails.length)
    throw new RangeError('A metric can have one guardrail only.');
  const carried = plan.guardrails.map(({ metric }) => [metric, betOnStep(plan, 0)]);
  return { step: 0, stepStartedAt: now, carriedEvidence: Object.fromEntries(carried) };
}

/**
 * Decides how a canary goes on, from its state and the observations of the current step. Call it as often as you like:
 * a candidate that equals the current version is rolled back with a probability of at most `alpha`, over all calls.
 *
 * - It rolls back if the candidate is worse with that certainty, and by more than the margin of a guardrail.
 * - It holds until the step has its minimum sample and time, and while a regression beyond a margin is likely.
 * - Otherwise it advances, or finishes behind the last step.
 */
export function judgeCanary(
  plan: CanaryPlan,
  state: CanaryState,
  observations: StepObservations,
  now: number,
): CanaryDecision {
  const step = plan.steps[state.step];
  if (!step) throw new RangeError(`The canary has no step ${state.step}.`);
  const judgements = plan.guardrails.map((guardrail) => judge(plan, state, observations, guardrail));

  const regression = judgements.find(({ isProven, isBeyond }) => isProven && isBeyond);
  if (regression)
    return {
      action: 'rollBack',
      metric: regression.guardrail.metric,
      reason: `${describe(regression)}. If the versions were equal, at most 1 of ${oneIn(regression.total)} canaries would show this.`,
    };

  const missing = step.minimumSample - observations.sample;
  if (missing > 0)
    return hold(step, `needs ${missing} more of ${step.minimumSample} observations of the candidate.`);
  const remainingMs = state.stepStartedAt + step.minimumMs - now;
  if (remainingMs > 0) return hold(step, `lasts ${Math.ceil(remainingMs / 1_000)} s more.`);
  const suspicion = judgements.find(({ isLikely, isBeyond }) => isLikely && isBeyond);
  if (suspicion) return hold(step, `waits for certainty. ${describe(suspicion)}.`);

  const next = plan.steps[state.step + 1];
  const passed = `No guardrail was exceeded with ${step.percentage} % of units and ${observations.sample} observations.`;
  if (!next) return { action: 'finish', reason: passed };
  return {
    action: 'advance',
    reason: passed,
    state: {
      step: state.step + 1,
      stepStartedAt: now,
      carriedEvidence: Object.fromEntries(
        judgements.map(({ guardrail, carried, ofStep }) => [
          guardrail.metric,
          Math.min(1, carried * ofStep) + betOnStep(plan, state.step + 1),
        ]),
      ),
    },
  };
}

interface Judgement {
  readonly guardrail: Guardrail;
  readonly arms: ArmMoments | undefined;
  readonly carried: number;
  /** Evidence of the current step. */
  readonly ofStep: number;
  /** Evidence of the whole canary. It reaches `1 / alpha` with a probability of at most `alpha` for an equal candidate. */
  readonly total: number;
  readonly isProven: boolean;
  readonly isLikely: boolean;
  readonly isBeyond: boolean;
}

function judge(
  plan: CanaryPlan,
  state: CanaryState,
  observations: StepObservations,
  guardrail: Guardrail,
): Judgement {
  const carried = state.carriedEvidence[guardrail.metric] ?? betOnStep(plan, state.step);
  const arms = observations.metrics[guardrail.metric];
  if (!arms) return { ...unknown, guardrail, arms, carried, total: carried };

  const alpha = alphaOf(plan, guardrail);
  const ofStep = Math.exp(logRegressionEvidence(guardrail, arms, alpha));
  const total = carried * ofStep + betOnLaterSteps(plan, state.step);
  return {
    guardrail,
    arms,
    carried,
    ofStep,
    total,
    isProven: total >= 1 / alpha,
    isLikely: ofStep > 1,
    isBeyond: isBeyondMargin(guardrail, arms),
  };
}

const unknown = { ofStep: 1, isProven: false, isLikely: false, isBeyond: false };

function describe({ guardrail, arms }: Judgement): string {
  return arms ? describeDifference(guardrail, arms) : '';
}

/** Events have more weight than means, because rare events take longest to prove. */
const alphaWeights = { mean: 1, events: 3 } as const;

/** Share of `alpha` that a guardrail may use, so that all of them together stay within it. */
function alphaOf({ alpha, guardrails }: CanaryPlan, { kind }: Guardrail): number {
  const total = guardrails.reduce((sum, guardrail) => sum + alphaWeights[guardrail.kind], 0);
  return (alpha * alphaWeights[kind]) / total;
}

/**
 * Evidence multiplies over steps, but a step without a regression would weigh down what later steps find. So the canary
 * bets a part of its initial evidence of 1 on each step: the part is multiplied by the evidence of this and all later
 * steps. Most is bet on the first step, because most regressions show at once. A step passes on at most 1: a regression
 * within its margin may be certain, and must not make the next step judge by chance.
 */
function betOnStep({ steps }: CanaryPlan, step: number): number {
  if (steps.length === 1) return 1;
  return step === 0 ? 0.8 : 0.2 / (steps.length - 1);
}

function betOnLaterSteps(plan: CanaryPlan, step: number): number {
  return plan.steps.slice(step + 1).reduce((sum, _, index) => sum + betOnStep(plan, step + 1 + index), 0);
}

function hold({ percentage: share }: CanaryStep, why: string): CanaryDecision {
  return { action: 'hold', reason: `The step of ${percentage(share / 100)} ${why}` };
}

/** Evidence as a number for people. */
function oneIn(evidence: number): string {
  return evidence > 1e6 ? 'a million' : new Intl.NumberFormat('en').format(Math.floor(evidence));
}
