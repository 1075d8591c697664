import { AppError, type UserCall } from '@valuecanvas/contracts-core';
import type { ChatResult } from '@valuecanvas/contracts-llm-router';
import type { PromptExecution } from '@valuecanvas/contracts-prompt-registry';
import type { RenderedVersion } from '@valuecanvas/prompts-sdk';
import { v7 as uuidv7 } from 'uuid';

/** Use of a prompt version, starting with its rendering. */
export interface Execution {
  readonly id: string;
  /** Returns the fact to record: the answer, if any, and the reason if it is not usable. */
  ended(chat: ChatResult | undefined, error?: unknown): PromptExecution;
}

export function startExecution(
  call: UserCall,
  { versionId, assignment }: Pick<RenderedVersion, 'versionId' | 'assignment'>,
): Execution {
  const id = uuidv7();
  const startedAt = performance.now();
  return {
    id,
    ended: (chat, error) => ({
      id,
      promptVersionId: versionId,
      userId: call.principal.userId,
      requestId: call.requestId,
      operation: call.operation,
      success: error === undefined,
      ...(error === undefined
        ? {}
        : { errorCode: error instanceof AppError ? error.code : 'INTERNAL_ERROR' }),
      ...(chat ? { provider: chat.provider, model: chat.model } : {}),
      latencyMs: Math.round(performance.now() - startedAt),
      costNanos: chat?.costNanos ?? 0,
      cost: chat?.cost ?? 0,
      promptTokens: chat?.usage.promptTokens ?? 0,
      completionTokens: chat?.usage.completionTokens ?? 0,
      ...(assignment ? { assignment: { ...assignment, unit: call.principal.userId } } : {}),
    }),
  };
}
