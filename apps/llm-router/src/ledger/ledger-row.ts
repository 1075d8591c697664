import type { UserCall } from '@valuecanvas/contracts-core';
import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import type { Tokens } from '../protocol/tokens.ts';

/** The common part of all rows of one request: the beginning of their JSON, serialized once. */
export type RowBasis = string & { readonly basis: unique symbol };

/** Outcome of one provider call or cache hit. */
export interface RowOutcome {
  /** UUIDv7, created before the call. */
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly status: LlmUsage['status'];
  readonly errorCode?: string | undefined;
  /** Undefined if unknown. */
  readonly tokens?: Tokens | undefined;
  readonly costNanos: bigint;
  /** True if the cost is an estimate. */
  readonly costEstimated: boolean;
  readonly latencyMs: number;
  readonly cached?: boolean;
}

/** The fields that all rows of one request have in common. */
type BasisFields = Pick<
  LlmUsage,
  'userId' | 'tier' | 'requestId' | 'operation' | 'jobId' | 'promptVersionId' | 'traceId' | 'streamed'
>;

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
  return JSON.stringify(basis satisfies AllFieldsOf<BasisFields>).slice(0, -1) as RowBasis;
}

/**
 * Serializes a row of the ledger (an `LlmUsage`). Each request writes three rows of which one counts, so they share the
 * beginning of their JSON.
 */
export function ledgerRow(basis: RowBasis, outcome: RowOutcome): string {
  const { tokens } = outcome;
  const fields = {
    id: outcome.id,
    provider: outcome.provider,
    model: outcome.model,
    status: outcome.status,
    errorCode: outcome.errorCode,
    promptTokens: tokens?.prompt ?? 0,
    completionTokens: tokens?.completion ?? 0,
    cachedTokens: tokens?.cached ?? 0,
    cacheWriteTokens: tokens?.cacheWrite ?? 0,
    reasoningTokens: tokens?.reasoning ?? 0,
    costNanos: outcome.costNanos.toString(),
    costEstimated: outcome.costEstimated,
    latencyMs: Math.round(outcome.latencyMs),
    cached: outcome.cached ?? false,
  } satisfies AllFieldsOf<Omit<LlmUsage, keyof BasisFields>>;
  return `${basis},${JSON.stringify(fields).slice(1)}`;
}

/** Requires every field, optional ones as `undefined`, so that no field of the schema can be forgotten. */
type AllFieldsOf<T> = {
  readonly [K in keyof Required<T>]: T[K] | (undefined extends T[K] ? undefined : never);
};
