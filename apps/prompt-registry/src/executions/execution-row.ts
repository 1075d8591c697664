import type { PromptExecution } from '@valuecanvas/contracts-prompt-registry';
import type { Insertable } from 'kysely';
import type { PromptExecutionsTable } from '../db.ts';

/** An execution as its table has it: money in whole nano-dollars, the time that its UUIDv7 carries. */
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
    cost_nanos: BigInt(Math.round(execution.cost * 1e9)),
    prompt_tokens: execution.promptTokens,
    completion_tokens: execution.completionTokens,
    created_at: timeOf(execution.id),
  };
}

/** The first 48 bits of a UUIDv7 are milliseconds since the epoch. */
function timeOf(uuidv7: string): Date {
  return new Date(Number.parseInt(uuidv7.replaceAll('-', '').slice(0, 12), 16));
}
