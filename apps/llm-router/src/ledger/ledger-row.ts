import type { UserCall } from '@valuecanvas/contracts-core';
import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import type { Tokens } from '../providers/tokens.ts';

/** What all rows of one request have in common. */
export interface RowBasis {
  readonly call: UserCall;
  readonly promptVersionId: string | undefined;
  readonly traceId: string | undefined;
  readonly streamed: boolean;
}

/** How one call of a provider ended, or that the cache answered. */
export interface RowOutcome {
  /** UUIDv7, made before the call. */
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly status: LlmUsage['status'];
  readonly errorCode?: string | undefined;
  /** Undefined where nothing is known of them. */
  readonly tokens?: Tokens | undefined;
  readonly costNanos: bigint;
  /** Whether the cost is an upper bound, not a count. */
  readonly costEstimated: boolean;
  readonly latencyMs: number;
  readonly cached?: boolean;
}

/** A row of the ledger. */
export function ledgerRow(basis: RowBasis, outcome: RowOutcome): LlmUsage {
  const { call, promptVersionId, traceId, streamed } = basis;
  const { tokens } = outcome;
  return {
    id: outcome.id,
    userId: call.principal.userId,
    tier: call.principal.tier,
    requestId: call.requestId,
    operation: call.operation,
    ...(call.jobId === undefined ? {} : { jobId: call.jobId }),
    ...(promptVersionId === undefined ? {} : { promptVersionId }),
    ...(traceId === undefined ? {} : { traceId }),
    provider: outcome.provider,
    model: outcome.model,
    status: outcome.status,
    ...(outcome.errorCode === undefined ? {} : { errorCode: outcome.errorCode }),
    promptTokens: tokens?.prompt ?? 0,
    completionTokens: tokens?.completion ?? 0,
    cachedTokens: tokens?.cached ?? 0,
    cacheWriteTokens: tokens?.cacheWrite ?? 0,
    reasoningTokens: tokens?.reasoning ?? 0,
    costNanos: outcome.costNanos.toString(),
    costEstimated: outcome.costEstimated,
    latencyMs: Math.round(outcome.latencyMs),
    cached: outcome.cached ?? false,
    streamed,
  };
}
