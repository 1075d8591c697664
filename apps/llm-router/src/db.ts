// Generated from supabase/migrations: change a migration, then run `npm run db:types`.
import type { ColumnType } from 'kysely';

/** Tables of the role vc_llm_router. The types of columns follow its grants to read, insert and update. */
export interface Database {
  cost_alerts: CostAlertsTable;
  llm_usage: LlmUsageTable;
  rate_limit_violations: RateLimitViolationsTable;
}

export interface CostAlertsTable {
  id: ColumnType<string, string, never>;
  scope: ColumnType<'user' | 'platform', 'user' | 'platform', never>;
  user_id: ColumnType<string | null, string | null | undefined, never>;
  period: ColumnType<'hour' | 'day' | 'month', 'hour' | 'day' | 'month', never>;
  period_start: ColumnType<Date, Date | string, never>;
  level: ColumnType<'warning' | 'critical', 'warning' | 'critical', never>;
  threshold_nanos: ColumnType<bigint, bigint, never>;
  actual_nanos: ColumnType<bigint, bigint, never>;
  created_at: ColumnType<Date, Date | string | undefined, never>;
  acknowledged_by: ColumnType<string | null, string | null | undefined, string | null>;
  acknowledged_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  acknowledged: ColumnType<boolean, boolean | undefined, never>;
}

export interface LlmUsageTable {
  id: ColumnType<string, string, never>;
  created_at: ColumnType<Date, Date | string, never>;
  user_id: ColumnType<string, string, never>;
  request_id: ColumnType<string, string, never>;
  operation: ColumnType<string, string, never>;
  provider: ColumnType<string, string, never>;
  model: ColumnType<string, string, never>;
  status: ColumnType<
    'succeeded' | 'failed' | 'cancelled' | 'timed_out',
    'succeeded' | 'failed' | 'cancelled' | 'timed_out',
    never
  >;
  error_code: ColumnType<string | null, string | null | undefined, never>;
  prompt_tokens: ColumnType<number, number | undefined, never>;
  completion_tokens: ColumnType<number, number | undefined, never>;
  cached_tokens: ColumnType<number, number | undefined, never>;
  cache_write_tokens: ColumnType<number, number | undefined, never>;
  reasoning_tokens: ColumnType<number, number | undefined, never>;
  cost_nanos: ColumnType<bigint, bigint, never>;
  cost_estimated: ColumnType<boolean, boolean | undefined, never>;
  latency_ms: ColumnType<number, number, never>;
  cached: ColumnType<boolean, boolean | undefined, never>;
  streamed: ColumnType<boolean, boolean | undefined, never>;
  prompt_version_id: ColumnType<string | null, string | null | undefined, never>;
  job_id: ColumnType<string | null, string | null | undefined, never>;
  tier: ColumnType<string, string, never>;
  trace_id: ColumnType<string | null, string | null | undefined, never>;
}

export interface RateLimitViolationsTable {
  id: ColumnType<string, string, never>;
  user_id: ColumnType<string | null, string | null | undefined, never>;
  address: ColumnType<string | null, string | null | undefined, never>;
  operation: ColumnType<string, string, never>;
  rule: ColumnType<string, string, never>;
  tier: ColumnType<string | null, string | null | undefined, never>;
  limit_value: ColumnType<bigint, bigint, never>;
  window_ms: ColumnType<bigint, bigint, never>;
  created_at: ColumnType<Date, Date | string | undefined, never>;
}
