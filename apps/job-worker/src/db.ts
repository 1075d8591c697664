// Generated from supabase/migrations: change a migration, then run `npm run db:types`.
import type { ColumnType } from 'kysely';

/** Tables of the role vc_job_worker. The types of columns follow its grants to read, insert and update. */
export interface Database {
  llm_job_results: LlmJobResultsTable;
  'vc_private.idempotency_keys': IdempotencyKeysTable;
  'vc_private.llm_jobs': LlmJobsTable;
  'vc_private.notification_deliveries': NotificationDeliveriesTable;
  'vc_private.notifications': NotificationsTable;
}

export interface LlmJobResultsTable {
  job_id: ColumnType<string, string, never>;
  user_id: ColumnType<string, string, never>;
  type: ColumnType<string, string, never>;
  content: ColumnType<string, string, never>;
  canvas_id: ColumnType<string | null, string | null | undefined, never>;
  provider: ColumnType<string, string, never>;
  model: ColumnType<string, string, never>;
  prompt_tokens: ColumnType<number, number | undefined, never>;
  completion_tokens: ColumnType<number, number | undefined, never>;
  cached_tokens: ColumnType<number, number | undefined, never>;
  cost_nanos: ColumnType<bigint, bigint | undefined, never>;
  latency_ms: ColumnType<number, number, never>;
  cached: ColumnType<boolean, boolean | undefined, never>;
  created_at: ColumnType<Date, Date | string | undefined, never>;
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

export interface LlmJobsTable {
  id: string;
  user_id: ColumnType<string | null, string | null | undefined, string | null>;
  batch_id: ColumnType<string | null, string | null | undefined, string | null>;
  type: string;
  payload: ColumnType<unknown, string, string>;
  tier: ColumnType<string | null, string | null | undefined, string | null>;
  priority: ColumnType<number, number | undefined, number>;
  status: ColumnType<
    'queued' | 'active' | 'completed' | 'failed' | 'delayed' | 'cancelled',
    'queued' | 'active' | 'completed' | 'failed' | 'delayed' | 'cancelled' | undefined,
    'queued' | 'active' | 'completed' | 'failed' | 'delayed' | 'cancelled'
  >;
  progress: ColumnType<number, number | undefined, number>;
  attempts: ColumnType<number, number | undefined, number>;
  fence: ColumnType<bigint, bigint | undefined, bigint>;
  error_code: ColumnType<string | null, string | null | undefined, string | null>;
  error_message: ColumnType<string | null, string | null | undefined, string | null>;
  trace_context: ColumnType<unknown, string | undefined, string>;
  metadata: ColumnType<unknown, string | undefined, string>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  enqueued_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  started_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  finished_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  cancel_requested_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  lost_attempts: ColumnType<number, number | undefined, number>;
  redrives: ColumnType<number, number | undefined, number>;
  redrive_id: ColumnType<string | null, string | null | undefined, string | null>;
  redriven_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

export interface NotificationDeliveriesTable {
  notification_id: string;
  channel: string;
  attempts: ColumnType<number, number | undefined, number>;
  next_attempt_at: ColumnType<Date, Date | string | undefined, Date | string>;
  last_error: ColumnType<string | null, string | null | undefined, string | null>;
  delivered_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  failed_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

export interface NotificationsTable {
  id: ColumnType<string, never, never>;
  key: ColumnType<string, never, never>;
  kind: ColumnType<string, never, never>;
  severity: ColumnType<'info' | 'warning' | 'critical', never, never>;
  title: ColumnType<string, never, never>;
  message: ColumnType<string, never, never>;
  details: ColumnType<unknown, never, never>;
  occurred_at: ColumnType<Date, never, never>;
  created_at: ColumnType<Date, never, never>;
  dispatched_at: ColumnType<Date | null, never, Date | string | null>;
}
