import type { UserCall } from '@valuecanvas/contracts-core';
import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import type { Tokens } from '../providers/tokens.ts';

/** What all rows of one request have in common: the beginning of their JSON, written once. */
export type RowBasis = string & { readonly basis: unique symbol };

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

export function rowBasis({
  call,
  promptVersionId,
  traceId,
  streamed,
}: {
  readonly call: UserCall;
  readonly promptVersionId: string | undefined;
  readonly traceId: string | undefined;
  readonly streamed: boolean;
}): RowBasis {
  const { principal, requestId, operation, jobId } = call;
  const { userId, tier } = principal;
  const basis = { userId, tier, requestId, operation, jobId, promptVersionId, traceId, streamed };
  return JSON.stringify(basis).slice(0, -1) as RowBasis;
}

/**
 * A row of the ledger as JSON (an `LlmUsage`). Every request has three written, of which one counts: so they share what
 * they have in common, and the rest is put together by hand.
 */
export function ledgerRow(basis: RowBasis, outcome: RowOutcome): string {
  const { tokens, errorCode } = outcome;
  return `${basis},"id":"${outcome.id}","provider":${JSON.stringify(outcome.provider)},"model":${JSON.stringify(outcome.model)},"status":"${outcome.status}"${errorCode === undefined ? '' : `,"errorCode":${JSON.stringify(errorCode)}`},"promptTokens":${tokens?.prompt ?? 0},"completionTokens":${tokens?.completion ?? 0},"cachedTokens":${tokens?.cached ?? 0},"cacheWriteTokens":${tokens?.cacheWrite ?? 0},"reasoningTokens":${tokens?.reasoning ?? 0},"costNanos":"${outcome.costNanos}","costEstimated":${outcome.costEstimated},"latencyMs":${Math.round(outcome.latencyMs)},"cached":${outcome.cached ?? false}}`;
}
