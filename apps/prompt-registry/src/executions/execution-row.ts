import type { PromptExecution } from '@valuecanvas/contracts-prompt-registry';
import { toNanos } from '@valuecanvas/money';
import { timeOfId } from '@valuecanvas/service-kit';
import type { Insertable } from 'kysely';
import type { PromptExecutionsTable } from '../db.ts';

/** Converts an execution to a row of its table, with the time in its UUIDv7. */
export function toExecutionRow(execution: PromptExecution): Insertable<PromptExecutionsTable> {
  return {
    id: execution.id,
    prompt_version_id: execution.promptVersionId,
    user_id: execution.userId,
    request_id: execution.requestId,
    operation: execution.operation,
    provider: execution.provider ?? null,
    model: execution.model ?? null,
    success: execution.success,
    error_code: execution.errorCode ?? null,
    latency_ms: Math.round(execution.latencyMs),
    cost_nanos: costOf(execution),
    prompt_tokens: execution.promptTokens,
    completion_tokens: execution.completionTokens,
    created_at: timeOfId(execution.id),
  };
}

/** Supports facts of the previous release that are still in the journal and have dollars only. */
function costOf({ costNanos, cost = 0 }: PromptExecution): bigint {
  return costNanos === undefined ? toNanos(cost) : BigInt(costNanos);
}
