import type {
  EvaluationResult,
  EvaluationSummary,
  Grade,
  PromptEvaluation,
} from '@valuecanvas/contracts-prompt-registry';
import { toDollars } from '@valuecanvas/money';
import type { Selectable } from 'kysely';
import type { Database } from '../db.ts';

/** Sums over the stored results of a run. */
interface Figures {
  readonly finished: number;
  readonly weightedScore: number | null;
  readonly passed: number;
  readonly criticalFailures: number;
  readonly errors: number;
  readonly costNanos: number;
  readonly gradingCostNanos: number;
  readonly latencyMs: number | null;
}

/** A run with its dataset and the figures of its results. */
export type EvaluationRow = Selectable<Database['vc_private.prompt_evaluations']> & {
  readonly dataset: string;
  readonly dataset_version: number;
  readonly content_hash: string;
  readonly case_count: number;
} & Figures;

export type ResultRow = Selectable<Database['vc_private.prompt_evaluation_results']> & {
  readonly name: string | null;
};

/** State of the job of a run. A job that is older than its retention has none. */
export interface EvaluationJob {
  readonly status: string;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

export function toEvaluation(row: EvaluationRow, job: EvaluationJob | undefined): PromptEvaluation {
  const status = row.status === 'running' && hasGivenUp(job) ? 'failed' : row.status;
  const showsError = row.status === 'running' && job?.errorCode !== null && job?.errorCode !== undefined;
  return {
    id: row.id,
    promptKey: row.prompt_key,
    version: row.version,
    dataset: row.dataset,
    datasetVersion: row.dataset_version,
    contentHash: row.content_hash,
    status,
    progress: Math.floor((100 * row.finished) / row.case_count),
    finishedCases: row.finished,
    caseCount: row.case_count,
    ...(row.finished === 0 ? {} : { summary: summaryOf(row) }),
    ...(showsError ? { error: { code: job.errorCode, message: job.errorMessage ?? '' } } : {}),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at.toISOString() }),
    statusUrl: `/api/prompts/evaluations/${row.id}`,
  };
}

function hasGivenUp(job: EvaluationJob | undefined): boolean {
  return job === undefined || ['failed', 'cancelled', 'completed'].includes(job.status);
}

function summaryOf(row: EvaluationRow): EvaluationSummary {
  const answered = row.finished - row.errors;
  return {
    score: row.score ?? row.weightedScore ?? 0,
    passedCases: row.passed,
    failedCases: row.finished - row.passed,
    criticalFailures: row.criticalFailures,
    errors: row.errors,
    cost: toDollars(BigInt(row.costNanos)),
    averageCost: answered === 0 ? 0 : toDollars(BigInt(Math.round(row.costNanos / answered))),
    averageLatency: row.latencyMs ?? 0,
    gradingCost: toDollars(BigInt(row.gradingCostNanos)),
  };
}

export function toResult(row: ResultRow): EvaluationResult {
  return {
    position: row.position,
    ...(row.name === null ? {} : { name: row.name }),
    score: row.score,
    passed: row.passed,
    criticalFailure: row.critical_failure,
    grades: row.grades as Grade[],
    ...(row.answer === null ? {} : { answer: row.answer }),
    ...(row.error_code === null
      ? {}
      : { error: { code: row.error_code, message: row.error_message ?? row.error_code } }),
    ...(row.provider === null ? {} : { provider: row.provider }),
    ...(row.model === null ? {} : { model: row.model }),
    cost: toDollars(row.cost_nanos),
    gradingCost: toDollars(row.grading_cost_nanos),
    latency: row.latency_ms,
  };
}
