import type { Canary, CanaryGuardrails } from '@valuecanvas/contracts-prompt-registry';
import type { CanaryPlan, CanaryState, Guardrail, StepObservations } from '@valuecanvas/experiments';
import type { Selectable } from 'kysely';
import type { PromptCanariesTable } from '../db.ts';
import { slowMetric, type TrialBounds } from '../trials/observations.ts';
import type { StepSums } from '../trials/trial-sums.store.ts';

export type CanaryRow = Selectable<PromptCanariesTable>;

export type HistoryEntry = Canary['history'][number];

/** Arms of a canary. The candidate is first, so that its range of units grows with each step. */
export const canaryArms = { candidate: 'candidate', current: 'current' } as const;

/** Probability that a candidate equal to the current version is rolled back, over a whole canary. */
const alpha = 0.05;

/** Share of the answers of the current version that are slower than its 95th percentile. */
const slowShare = 0.05;

export function toCanary(row: CanaryRow): Canary {
  const slowAfterMs = boundsOf(row)[slowMetric];
  return {
    id: row.id,
    promptKey: row.prompt_key,
    environment: row.environment,
    baselineVersion: row.baseline_version,
    candidateVersion: row.candidate_version,
    status: row.status,
    steps: stepsOf(row),
    step: row.step,
    guardrails: guardrailsOf(row),
    ...(slowAfterMs === undefined ? {} : { slowAfterMs }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    history: historyOf(row),
    createdBy: row.created_by,
    ...(row.approved_by === null ? {} : { approvedBy: row.approved_by }),
    createdAt: row.created_at.toISOString(),
    ...(row.started_at === null ? {} : { startedAt: row.started_at.toISOString() }),
    ...(row.step_started_at === null ? {} : { stepStartedAt: row.step_started_at.toISOString() }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
  };
}

export function stepsOf({ steps }: Pick<CanaryRow, 'steps'>): Canary['steps'] {
  return steps as Canary['steps'];
}

function boundsOf({ bounds }: Pick<CanaryRow, 'bounds'>): TrialBounds {
  return bounds as TrialBounds;
}

export function historyOf({ history }: Pick<CanaryRow, 'history'>): HistoryEntry[] {
  return history as HistoryEntry[];
}

function guardrailsOf({ guardrails }: Pick<CanaryRow, 'guardrails'>): CanaryGuardrails {
  return guardrails as CanaryGuardrails;
}

/** Returns the state by which the canary is judged, in the form of `libs/experiments`. */
export function stateOf(row: CanaryRow): CanaryState {
  return {
    step: row.step,
    stepStartedAt: row.step_started_at?.getTime() ?? 0,
    carriedEvidence: row.carried_evidence as Record<string, number>,
  };
}

/** Returns the plan of a canary. Latency is guarded only if its limit is known. */
export function planOf(settings: {
  readonly steps: Canary['steps'];
  readonly guardrails: CanaryGuardrails;
  readonly bounds: TrialBounds;
}): CanaryPlan {
  return {
    steps: settings.steps.map(({ percentage, minimumSample, minimumSeconds }) => ({
      percentage,
      minimumSample,
      minimumMs: minimumSeconds * 1_000,
    })),
    guardrails: guardsOf(settings.guardrails, settings.bounds).map(({ guardrail }) => guardrail),
    alpha,
  };
}

export function planOfRow(row: CanaryRow): CanaryPlan {
  return planOf({ steps: stepsOf(row), guardrails: guardrailsOf(row), bounds: boundsOf(row) });
}

/** Returns what the guardrails of a canary have observed in a step. */
export function observationsOf(row: CanaryRow, sums: StepSums): StepObservations {
  const guards = guardsOf(guardrailsOf(row), boundsOf(row));
  return {
    sample: sums.of(canaryArms.candidate, 'errors').count,
    metrics: Object.fromEntries(
      guards.map(({ guardrail, metric }) => [
        guardrail.metric,
        { current: sums.of(canaryArms.current, metric), candidate: sums.of(canaryArms.candidate, metric) },
      ]),
    ),
  };
}

/** A guardrail with the metric whose sums it watches. */
interface Guard {
  readonly guardrail: Guardrail;
  readonly metric: string;
}

function guardsOf(
  { cost, errors, rating, latency }: CanaryGuardrails,
  bounds: TrialBounds,
): readonly Guard[] {
  const guards: (Guard | undefined)[] = [
    cost === null
      ? undefined
      : {
          metric: 'cost',
          guardrail: { metric: 'cost', kind: 'mean', worse: 'higher', margin: { relative: cost } },
        },
    latency === null || bounds[slowMetric] === undefined
      ? undefined
      : {
          metric: slowMetric,
          guardrail: {
            metric: 'share of slow answers',
            kind: 'events',
            worse: 'higher',
            margin: { limit: slowShare },
          },
        },
    errors === null
      ? undefined
      : {
          metric: 'errors',
          guardrail: { metric: 'error rate', kind: 'events', worse: 'higher', margin: { absolute: errors } },
        },
    rating === null
      ? undefined
      : {
          metric: 'rating',
          guardrail: { metric: 'rating', kind: 'mean', worse: 'lower', margin: { absolute: rating } },
        },
  ];
  return guards.filter((guard) => guard !== undefined);
}
