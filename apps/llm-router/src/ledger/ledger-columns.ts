import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import { timeOfId } from '@valuecanvas/service-kit';
import type { LlmUsageTable } from '../db.ts';

type ColumnType = 'uuid' | 'timestamptz' | 'text' | 'integer' | 'bigint' | 'boolean';

/** Maps a booked call to the ledger's columns. */
export const ledgerColumns: Readonly<
  Record<keyof LlmUsageTable, readonly [type: ColumnType, value: (usage: LlmUsage) => unknown]>
> = {
  id: ['uuid', (usage) => usage.id],
  created_at: ['timestamptz', (usage) => timeOfId(usage.id)],
  user_id: ['uuid', (usage) => usage.userId],
  tier: ['text', (usage) => usage.tier],
  request_id: ['text', (usage) => usage.requestId],
  operation: ['text', (usage) => usage.operation],
  job_id: ['uuid', (usage) => usage.jobId],
  prompt_version_id: ['uuid', (usage) => usage.promptVersionId],
  trace_id: ['text', (usage) => usage.traceId],
  provider: ['text', (usage) => usage.provider],
  model: ['text', (usage) => usage.model],
  status: ['text', (usage) => usage.status],
  error_code: ['text', (usage) => usage.errorCode],
  prompt_tokens: ['integer', (usage) => usage.promptTokens],
  completion_tokens: ['integer', (usage) => usage.completionTokens],
  cached_tokens: ['integer', (usage) => usage.cachedTokens],
  cache_write_tokens: ['integer', (usage) => usage.cacheWriteTokens],
  reasoning_tokens: ['integer', (usage) => usage.reasoningTokens],
  cost_nanos: ['bigint', (usage) => usage.costNanos],
  cost_estimated: ['boolean', (usage) => usage.costEstimated],
  latency_ms: ['integer', (usage) => Math.round(usage.latencyMs)],
  cached: ['boolean', (usage) => usage.cached],
  streamed: ['boolean', (usage) => usage.streamed],
};
