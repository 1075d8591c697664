// Generated from supabase/migrations: change a migration, then run `npm run db:types`.
import type { ColumnType } from 'kysely';

/** Tables of the role vc_prompt_registry. The types of columns follow its grants to read, insert and update. */
export interface Database {
  ab_tests: AbTestsTable;
  prompt_executions: PromptExecutionsTable;
  prompt_versions: PromptVersionsTable;
  'vc_private.idempotency_keys': IdempotencyKeysTable;
  'vc_private.prompt_canaries': PromptCanariesTable;
  'vc_private.prompt_dataset_cases': PromptDatasetCasesTable;
  'vc_private.prompt_datasets': PromptDatasetsTable;
  'vc_private.prompt_embeds': PromptEmbedsTable;
  'vc_private.prompt_evaluation_results': PromptEvaluationResultsTable;
  'vc_private.prompt_evaluations': PromptEvaluationsTable;
  'vc_private.prompt_execution_metrics': PromptExecutionMetricsTable;
  'vc_private.prompt_gates': PromptGatesTable;
  'vc_private.prompt_label_moves': PromptLabelMovesTable;
  'vc_private.prompt_label_proposals': PromptLabelProposalsTable;
  'vc_private.prompt_labels': PromptLabelsTable;
  'vc_private.prompt_trial_sums': PromptTrialSumsTable;
  'vc_private.prompt_trial_units': PromptTrialUnitsTable;
}

export interface AbTestsTable {
  id: string;
  name: string;
  prompt_key: string;
  status: ColumnType<
    'draft' | 'running' | 'completed',
    'draft' | 'running' | 'completed' | undefined,
    'draft' | 'running' | 'completed'
  >;
  arms: ColumnType<unknown, string, string>;
  metric: string;
  winner: ColumnType<string | null, string | null | undefined, string | null>;
  created_by: ColumnType<string | null, string | null | undefined, string | null>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  started_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  completed_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  environment: ColumnType<string, string | undefined, string>;
  coverage: ColumnType<number, number | undefined, number>;
  metrics: ColumnType<unknown, string | undefined, string>;
  relevant_difference: ColumnType<number, number | undefined, number>;
  expected_sample: ColumnType<number, number | undefined, number>;
  bounds: ColumnType<unknown, string | undefined, string>;
  label_version: ColumnType<number | null, number | null | undefined, number | null>;
  started_by: ColumnType<string | null, string | null | undefined, string | null>;
  completed_by: ColumnType<string | null, string | null | undefined, string | null>;
}

export interface PromptExecutionsTable {
  id: ColumnType<string, string, never>;
  prompt_version_id: ColumnType<string, string, never>;
  user_id: ColumnType<string, string, never>;
  request_id: ColumnType<string | null, string | null | undefined, never>;
  operation: ColumnType<string | null, string | null | undefined, never>;
  provider: ColumnType<string | null, string | null | undefined, never>;
  model: ColumnType<string | null, string | null | undefined, never>;
  success: ColumnType<boolean, boolean, never>;
  error_code: ColumnType<string | null, string | null | undefined, never>;
  latency_ms: ColumnType<number | null, number | null | undefined, never>;
  cost_nanos: ColumnType<bigint, bigint | undefined, never>;
  prompt_tokens: ColumnType<number, number | undefined, never>;
  completion_tokens: ColumnType<number, number | undefined, never>;
  rating: ColumnType<number | null, number | null | undefined, number | null>;
  comment: ColumnType<string | null, string | null | undefined, string | null>;
  rated_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  created_at: ColumnType<Date, Date | string | undefined, never>;
  trial_id: ColumnType<string | null, string | null | undefined, never>;
  trial_step: ColumnType<number | null, number | null | undefined, never>;
  trial_arm: ColumnType<string | null, string | null | undefined, never>;
}

export interface PromptVersionsTable {
  id: ColumnType<string, string, never>;
  prompt_key: ColumnType<string, string, never>;
  version: ColumnType<number, number, never>;
  template: ColumnType<string, string, never>;
  variables: ColumnType<unknown, string | undefined, never>;
  metadata: ColumnType<unknown, string | undefined, never>;
  status: 'draft' | 'testing' | 'active' | 'deprecated';
  created_by: ColumnType<string | null, string | null | undefined, never>;
  created_at: ColumnType<Date, Date | string | undefined, never>;
  activated_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  messages: ColumnType<unknown, string | null | undefined, never>;
}

export interface IdempotencyKeysTable {
  owner: ColumnType<string, string | undefined, string>;
  user_id: string;
  operation: string;
  key_hash: Buffer;
  request_hash: Buffer;
  claim_id: string;
  attempt: ColumnType<number, number | undefined, number>;
  leased_until: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  answer: ColumnType<Buffer | null, Buffer | null | undefined, Buffer | null>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  expires_at: ColumnType<Date, Date | string, Date | string>;
}

export interface PromptCanariesTable {
  id: ColumnType<string, string, never>;
  prompt_key: ColumnType<string, string, never>;
  environment: ColumnType<string, string, never>;
  baseline_version: ColumnType<number, number, never>;
  candidate_version: ColumnType<number, number, never>;
  status: 'proposed' | 'running' | 'finished' | 'rolledBack' | 'aborted';
  steps: ColumnType<unknown, string, never>;
  guardrails: ColumnType<unknown, string, never>;
  bounds: ColumnType<unknown, string | undefined, never>;
  step: ColumnType<number, number | undefined, number>;
  step_started_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  carried_evidence: ColumnType<unknown, string | undefined, string>;
  history: ColumnType<unknown, string | undefined, string>;
  reason: ColumnType<string | null, string | null | undefined, string | null>;
  created_by: ColumnType<string, string, never>;
  approved_by: ColumnType<string | null, string | null | undefined, string | null>;
  created_at: ColumnType<Date, Date | string | undefined, never>;
  started_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  ended_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

export interface PromptDatasetCasesTable {
  dataset_id: ColumnType<string, string, never>;
  position: ColumnType<number, number, never>;
  content: ColumnType<unknown, string, never>;
}

export interface PromptDatasetsTable {
  id: ColumnType<string, string, never>;
  name: ColumnType<string, string, never>;
  version: ColumnType<number, number, never>;
  content_hash: ColumnType<string, string, never>;
  description: ColumnType<string, string | undefined, never>;
  graders: ColumnType<unknown, string, never>;
  case_count: ColumnType<number, number, never>;
  created_by: ColumnType<string | null, string | null | undefined, never>;
  created_at: ColumnType<Date, Date | string | undefined, never>;
}

export interface PromptEmbedsTable {
  version_id: ColumnType<string, string, never>;
  ordinal: ColumnType<number, number, never>;
  prompt_key: ColumnType<string, string, never>;
  version: ColumnType<number | null, number | null | undefined, never>;
  environment: ColumnType<string | null, string | null | undefined, never>;
  label: ColumnType<string | null, string | null | undefined, never>;
}

export interface PromptEvaluationResultsTable {
  evaluation_id: ColumnType<string, string, never>;
  position: ColumnType<number, number, never>;
  score: ColumnType<number, number, never>;
  weight: ColumnType<number, number, never>;
  passed: ColumnType<boolean, boolean, never>;
  critical_failure: ColumnType<boolean, boolean, never>;
  grades: ColumnType<unknown, string, never>;
  answer: ColumnType<string | null, string | null | undefined, never>;
  error_code: ColumnType<string | null, string | null | undefined, never>;
  error_message: ColumnType<string | null, string | null | undefined, never>;
  provider: ColumnType<string | null, string | null | undefined, never>;
  model: ColumnType<string | null, string | null | undefined, never>;
  prompt_tokens: ColumnType<number, number | undefined, never>;
  completion_tokens: ColumnType<number, number | undefined, never>;
  cost_nanos: ColumnType<bigint, bigint | undefined, never>;
  grading_cost_nanos: ColumnType<bigint, bigint | undefined, never>;
  latency_ms: ColumnType<number, number | undefined, never>;
  created_at: ColumnType<Date, Date | string | undefined, never>;
}

export interface PromptEvaluationsTable {
  id: ColumnType<string, string, never>;
  prompt_key: ColumnType<string, string, never>;
  version: ColumnType<number, number, never>;
  dataset_id: ColumnType<string, string, never>;
  concurrency: ColumnType<number, number, never>;
  status: ColumnType<
    'running' | 'completed' | 'cancelled',
    'running' | 'completed' | 'cancelled' | undefined,
    'running' | 'completed' | 'cancelled'
  >;
  score: ColumnType<number | null, number | null | undefined, number | null>;
  created_by: ColumnType<string, string, never>;
  created_at: ColumnType<Date, Date | string | undefined, never>;
  finished_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

export interface PromptExecutionMetricsTable {
  execution_id: string;
  metric: string;
  value: number;
  posted_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

export interface PromptGatesTable {
  prompt_key: string;
  environment: string;
  label: string;
  dataset_name: string;
  minimum_score: number;
  maximum_cost_increase: ColumnType<number | null, number | null | undefined, number | null>;
  maximum_latency_increase: ColumnType<number | null, number | null | undefined, number | null>;
  set_by: string;
  set_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

export interface PromptLabelMovesTable {
  id: ColumnType<string, never, never>;
  prompt_key: ColumnType<string, never, never>;
  environment: ColumnType<string, never, never>;
  label: ColumnType<string, never, never>;
  from_version: ColumnType<number | null, never, never>;
  to_version: ColumnType<number | null, never, never>;
  moved_by: ColumnType<string | null, never, never>;
  approved_by: ColumnType<string | null, never, never>;
  moved_at: ColumnType<Date, never, never>;
  reason: ColumnType<string | null, never, never>;
  request_id: ColumnType<string | null, never, never>;
}

export interface PromptLabelProposalsTable {
  id: ColumnType<string, string, never>;
  prompt_key: ColumnType<string, string, never>;
  environment: ColumnType<string, string, never>;
  label: ColumnType<string, string, never>;
  from_version: ColumnType<number | null, number | null | undefined, never>;
  version: ColumnType<number, number, never>;
  reason: ColumnType<string | null, string | null | undefined, never>;
  status: ColumnType<
    'open' | 'approved' | 'rejected',
    'open' | 'approved' | 'rejected' | undefined,
    'open' | 'approved' | 'rejected'
  >;
  proposed_by: ColumnType<string, string, never>;
  proposed_at: ColumnType<Date, Date | string | undefined, never>;
  decided_by: ColumnType<string | null, string | null | undefined, string | null>;
  decided_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

export interface PromptLabelsTable {
  prompt_key: string;
  environment: string;
  label: string;
  version: ColumnType<number | null, number | null | undefined, number | null>;
  is_protected: ColumnType<boolean, boolean | undefined, boolean>;
  moved_by: ColumnType<string | null, string | null | undefined, string | null>;
  approved_by: ColumnType<string | null, string | null | undefined, string | null>;
  moved_at: ColumnType<Date, Date | string | undefined, Date | string>;
  reason: ColumnType<string | null, string | null | undefined, string | null>;
  request_id: ColumnType<string | null, string | null | undefined, string | null>;
}

export interface PromptTrialSumsTable {
  trial_id: string;
  step: number;
  arm: string;
  metric: string;
  count: bigint;
  sum: number;
  sum_of_squares: number;
}

export interface PromptTrialUnitsTable {
  trial_id: ColumnType<string, string, never>;
  unit_hash: ColumnType<Buffer, Buffer, never>;
  arm: ColumnType<string, string, never>;
  first_seen_at: ColumnType<Date, Date | string | undefined, never>;
}
