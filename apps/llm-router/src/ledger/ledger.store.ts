import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';

/** Months for which partitions are made ahead. */
const monthsAhead = 3;

/** The ledger's rows; they are written once and never changed. */
export interface LedgerStore {
  /** Inserts what is not there yet: the same rows twice are one. */
  insert(rows: readonly LlmUsage[]): Promise<void>;
  /** Makes the partitions of the coming months. */
  makePartitions(): Promise<void>;
}

export function createLedgerStore(db: Kysely<Database>): LedgerStore {
  return {
    async insert(rows) {
      await acrossUsers(db, (tx) =>
        tx
          .insertInto('llm_usage')
          .values(rows.map(toRow))
          .onConflict((conflict) => conflict.columns(['id', 'created_at']).doNothing())
          .execute(),
      );
    },
    async makePartitions() {
      await sql`select vc_private.create_llm_usage_partitions(${monthsAhead}::integer)`.execute(db);
    },
  };
}

function toRow(usage: LlmUsage) {
  return {
    id: usage.id,
    created_at: timeOf(usage.id),
    user_id: usage.userId,
    tier: usage.tier,
    request_id: usage.requestId,
    operation: usage.operation,
    job_id: usage.jobId ?? null,
    prompt_version_id: usage.promptVersionId ?? null,
    trace_id: usage.traceId ?? null,
    provider: usage.provider,
    model: usage.model,
    status: usage.status,
    error_code: usage.errorCode ?? null,
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    cached_tokens: usage.cachedTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    reasoning_tokens: usage.reasoningTokens,
    cost_nanos: BigInt(usage.costNanos),
    cost_estimated: usage.costEstimated,
    latency_ms: Math.round(usage.latencyMs),
    cached: usage.cached,
    streamed: usage.streamed,
  };
}

/** The first 48 bits of a UUIDv7 are milliseconds since the epoch (RFC 9562, 5.7). */
function timeOf(uuid: string): Date {
  return new Date(Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16));
}
