export { type Arm, compileAssignment, type Split } from './assignment/assignment.ts';
export { compileChoice } from './assignment/choice.ts';
export { compileBucket, compileRollout } from './assignment/rollout.ts';
export type { ArmMoments, Guardrail, Margin } from './canary/guardrail.ts';
export {
  type CanaryDecision,
  type CanaryPlan,
  type CanaryState,
  type CanaryStep,
  judgeCanary,
  type StepObservations,
  startCanary,
} from './canary/judge-canary.ts';
export {
  type Comparison,
  type ComparisonSettings,
  compareMeans,
  type Interval,
} from './statistics/compare-means.ts';
export { logEventEvidence } from './statistics/event-evidence.ts';
export { type Moments, mergeMoments, noObservations, observe, proportion } from './statistics/moments.ts';
export type { Direction } from './statistics/normal-mixture.ts';
export { checkSampleRatio, type SampleRatio } from './statistics/sample-ratio.ts';
export {
  type ComparedMetric,
  executionMetrics,
  type Verdict,
  type VerdictOptions,
  verdictOf,
} from './statistics/verdict.ts';
