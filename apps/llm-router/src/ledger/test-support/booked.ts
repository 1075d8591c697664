import { randomUUID } from 'node:crypto';
import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import { v7 as uuidv7 } from 'uuid';

/** Builds a journaled row of a call made now, or at `at`. */
export function booked({
  at = Date.now(),
  ...row
}: Partial<LlmUsage> & { readonly at?: number } = {}): LlmUsage {
  return {
    id: uuidv7({ msecs: at }),
    userId: randomUUID(),
    tier: 'free',
    requestId: 'request',
    operation: 'llm.chat',
    provider: 'together_ai',
    model: 'small',
    status: 'succeeded',
    promptTokens: 10,
    completionTokens: 5,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    costNanos: '7',
    costEstimated: false,
    latencyMs: 12,
    cached: false,
    streamed: false,
    ...row,
  };
}
