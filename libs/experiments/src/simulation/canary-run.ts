import type { Guardrail } from '../canary/guardrail.ts';
import {
  type CanaryDecision,
  type CanaryPlan,
  judgeCanary,
  type StepObservations,
  startCanary,
} from '../canary/judge-canary.ts';
import type { Random } from './random.ts';

/** A version of a prompt, as its executions behave. */
export interface SimulatedVersion {
  /** Mean cost of an execution, in any unit. Costs are log-normal with a sigma of 1. */
  readonly cost: number;
  /** Median duration in milliseconds. Durations are log-normal with a sigma of 0.6. */
  readonly duration: number;
  readonly errorRate: number;
  /** Mean rating from 1 to 5. One of twenty executions is rated. */
  readonly rating: number;
}

export const ordinaryVersion: SimulatedVersion = { cost: 1, duration: 2_000, errorRate: 0.01, rating: 4 };

/** Guardrails of a canary against the ordinary version: its p95 of 5.4 s may become 20 % longer. */
export const ordinaryGuardrails: readonly Guardrail[] = [
  { metric: 'cost', kind: 'mean', worse: 'higher', margin: { relative: 0.1 } },
  { metric: 'share of slow answers', kind: 'events', worse: 'higher', margin: { limit: 0.05 } },
  { metric: 'error rate', kind: 'events', worse: 'higher', margin: { absolute: 0.01 } },
  { metric: 'rating', kind: 'mean', worse: 'lower', margin: { absolute: 0.3 } },
];

const slowAfterMs = 1.2 * 2_000 * Math.exp(0.6 * 1.645);
const costBound = 10;

/** The default steps: 1, 5, 25 and 50 %, each of at least 100 observations and five minutes. */
export const ordinarySteps = [1, 5, 25, 50].map((percentage) => ({
  percentage,
  minimumSample: 100,
  minimumMs: 300_000,
}));

export interface CanaryRun {
  readonly plan: CanaryPlan;
  readonly current: SimulatedVersion;
  readonly candidate: SimulatedVersion;
  readonly requestsPerSecond: number;
  /** Probability that an error affects an execution of either version, at a time in seconds: an outage. */
  readonly outage?: (second: number) => number;
}

export interface CanaryEnd {
  readonly decision: CanaryDecision;
  readonly seconds: number;
}

/** Runs a canary that is judged every second, until it finishes or rolls back, or for four hours. */
export function runCanary(random: Random, run: CanaryRun): CanaryEnd {
  let state = startCanary(run.plan, 0);
  let observed = createStepRecord();
  for (let second = 1; ; second += 1) {
    const share = (run.plan.steps[state.step]?.percentage ?? 100) / 100;
    for (let request = 0; request < run.requestsPerSecond; request += 1) {
      const arm = random.uniform() < share ? 'candidate' : 'current';
      execute(random, run[arm], run.outage?.(second) ?? 0, (metric, value) =>
        observed.add(metric, arm, value),
      );
    }
    const decision = judgeCanary(run.plan, state, observed.observations(), second * 1_000);
    if (decision.action === 'advance') {
      state = decision.state;
      observed = createStepRecord();
    } else if (decision.action !== 'hold' || second >= 14_400) return { decision, seconds: second };
  }
}

function execute(
  random: Random,
  version: SimulatedVersion,
  outage: number,
  report: (metric: string, value: number) => void,
): void {
  report('cost', Math.min(costBound, version.cost * Math.exp(random.normal() - 0.5)));
  const duration = version.duration * Math.exp(0.6 * random.normal());
  report('share of slow answers', duration > slowAfterMs ? 1 : 0);
  report('error rate', random.uniform() < version.errorRate || random.uniform() < outage ? 1 : 0);
  if (random.uniform() < 0.05)
    report('rating', Math.min(5, Math.max(1, Math.round(version.rating + random.normal()))));
}

type Arm = 'current' | 'candidate';

/** Sums up the observations of a step. */
function createStepRecord() {
  const arms = () => ({
    current: { count: 0, sum: 0, sumOfSquares: 0 },
    candidate: { count: 0, sum: 0, sumOfSquares: 0 },
  });
  const metrics = Object.fromEntries(ordinaryGuardrails.map(({ metric }) => [metric, arms()]));
  return {
    add(metric: string, arm: Arm, value: number): void {
      const moments = metrics[metric]?.[arm];
      if (!moments) throw new Error(`No guardrail watches ${metric}.`);
      moments.count += 1;
      moments.sum += value;
      moments.sumOfSquares += value * value;
    },
    observations: (): StepObservations => ({ sample: metrics.cost?.candidate.count ?? 0, metrics }),
  };
}
