import type { UserCall } from '@valuecanvas/contracts-core';
import type { LlmUsage, llmUsage } from '@valuecanvas/contracts-llm-router';
import type { Journal } from '@valuecanvas/journal';
import { v7 as uuidv7 } from 'uuid';
import type { Tokens } from '../providers/tokens.ts';

/** What one call of a provider comes to. */
export interface LedgerEntry {
  readonly provider: string;
  readonly model: string;
  readonly promptVersionId: string | undefined;
  readonly streamed: boolean;
  readonly status: LlmUsage['status'];
  readonly errorCode?: string | undefined;
  /** Undefined where the provider counted nothing. */
  readonly tokens: Tokens | undefined;
  readonly costNanos: bigint;
  readonly latencyMs: number;
}

/** Books calls before their answers leave. */
export interface Ledger {
  /** Throws OVERLOADED or DEPENDENCY_UNAVAILABLE where a call could not be booked. */
  assertRoom(): Promise<void>;
  /** Never throws: a call that has been made and cannot be booked is reported with all that is known of it. */
  book(call: UserCall, entry: LedgerEntry): Promise<void>;
}

export function createLedger(options: {
  readonly journal: Journal<typeof llmUsage>;
  /** The last resort: what is told here must reach a person. */
  readonly onUnbooked: (usage: LlmUsage, error: unknown) => void;
}): Ledger {
  return {
    assertRoom: options.journal.assertRoom,
    async book(call, entry) {
      const usage = toUsage(call, entry);
      await options.journal.record(usage).catch((error: unknown) => options.onUnbooked(usage, error));
    },
  };
}

function toUsage(call: UserCall, entry: LedgerEntry): LlmUsage {
  const { tokens } = entry;
  return {
    id: uuidv7(),
    userId: call.principal.userId,
    tier: call.principal.tier,
    requestId: call.requestId,
    operation: call.operation,
    ...(call.jobId === undefined ? {} : { jobId: call.jobId }),
    ...(entry.promptVersionId === undefined ? {} : { promptVersionId: entry.promptVersionId }),
    provider: entry.provider,
    model: entry.model,
    status: entry.status,
    ...(entry.errorCode === undefined ? {} : { errorCode: entry.errorCode }),
    promptTokens: tokens?.prompt ?? 0,
    completionTokens: tokens?.completion ?? 0,
    cachedTokens: tokens?.cached ?? 0,
    cacheWriteTokens: 0,
    reasoningTokens: tokens?.reasoning ?? 0,
    costNanos: entry.costNanos.toString(),
    costEstimated: tokens?.estimated ?? false,
    latencyMs: entry.latencyMs,
    cached: false,
    streamed: entry.streamed,
  };
}
