import { AppError, type UserCall } from '@valuecanvas/contracts-core';
import type { ChatRequest } from '@valuecanvas/contracts-llm-router';
import type { PromptExecution } from '@valuecanvas/contracts-prompt-registry';
import { toDollars, toJsonNanos } from '@valuecanvas/money';
import type { Prompts, RenderedVersion, TemplateValues } from '@valuecanvas/prompts-sdk';
import { v7 as uuidv7 } from 'uuid';
import type { AnswerFacts, Source } from '../completions/answer.ts';

type ChatCall = UserCall & { readonly body: ChatRequest };

/** Execution of a prompt by one call. Records nothing for a call without a prompt, nor for a replayed answer. */
export interface ChatExecution {
  answered(source: Source, facts: AnswerFacts): Promise<void>;
  /** Only failures of models count: a refusal for the caller's limits says nothing about the prompt. */
  failed(error: unknown): Promise<void>;
  /** Fields of the result. */
  facts(source: Source): { readonly promptVersion?: number; readonly executionId?: string };
}

/** Renders the prompts of the registry that calls name, and records their executions. */
export interface PromptedChats {
  /**
   * Renders the prompt of a call, if it names one. Throws NOT_FOUND for an unknown prompt or label, and VALIDATION_FAILED for
   * variables that do not match it.
   */
  begin(call: ChatCall): { readonly prompt: RenderedVersion | undefined; readonly execution: ChatExecution };
}

export function createPromptedChats(
  prompts: Pick<Prompts, 'render'>,
  record: (execution: PromptExecution) => Promise<void>,
): PromptedChats {
  return {
    begin(call) {
      const unit = call.body.promptUnit ?? call.principal.userId;
      const prompt = renderedPrompt(prompts, call.body, unit);
      return { prompt, execution: prompt ? executionOf(call, prompt, unit, record) : withoutPrompt };
    },
  };
}

const withoutPrompt: ChatExecution = {
  answered: async () => undefined,
  failed: async () => undefined,
  facts: () => ({}),
};

/** Fields that mean something only beside a promptKey. */
const promptFields = ['promptVariables', 'promptLabel', 'promptEnvironment', 'promptUnit'] as const;

function renderedPrompt(
  prompts: Pick<Prompts, 'render'>,
  request: ChatRequest,
  unit: string,
): RenderedVersion | undefined {
  const { promptKey, promptVariables, promptLabel, promptEnvironment } = request;
  if (promptKey === undefined) {
    const details = promptFields
      .filter((field) => request[field] !== undefined)
      .map((path) => ({ path, message: 'needs a promptKey' }));
    if (details.length > 0) throw new AppError('VALIDATION_FAILED', { details });
    return undefined;
  }
  try {
    return prompts.render(promptKey, (promptVariables ?? {}) as TemplateValues, {
      unit,
      ...(promptLabel === undefined ? {} : { label: promptLabel }),
      ...(promptEnvironment === undefined ? {} : { environment: promptEnvironment }),
    });
  } catch (error) {
    throw inRequest(error);
  }
}

/** Names the fields of the request in errors of rendering. */
function inRequest(error: unknown): unknown {
  if (!(error instanceof AppError) || !Array.isArray(error.details)) return error;
  const details = (error.details as { readonly path: string; readonly message: string }[]).map(
    ({ path, message }) => ({ path: path.replace(/^variables\./, 'promptVariables.'), message }),
  );
  return new AppError(error.code, { details });
}

function executionOf(
  call: ChatCall,
  prompt: RenderedVersion,
  unit: string,
  record: (execution: PromptExecution) => Promise<void>,
): ChatExecution {
  const id = uuidv7();
  const startedAt = performance.now();
  const common = () => ({
    id,
    promptVersionId: prompt.versionId,
    userId: call.principal.userId,
    requestId: call.requestId,
    operation: call.operation,
    latencyMs: Math.round(performance.now() - startedAt),
    ...(prompt.assignment ? { assignment: { ...prompt.assignment, unit } } : {}),
  });
  return {
    async answered({ kind }, { provider, model, tokens, costNanos }) {
      if (kind === 'replay') return;
      await record({
        ...common(),
        success: true,
        provider,
        model,
        costNanos: toJsonNanos(costNanos),
        cost: toDollars(costNanos),
        promptTokens: tokens.prompt,
        completionTokens: tokens.completion,
      });
    },
    async failed(error) {
      if (error instanceof AppError && error.status < 500) return;
      const errorCode = error instanceof AppError ? error.code : 'INTERNAL_ERROR';
      await record({
        ...common(),
        success: false,
        errorCode,
        costNanos: 0,
        promptTokens: 0,
        completionTokens: 0,
      });
    },
    facts: ({ kind }) => ({
      promptVersion: prompt.version,
      ...(kind === 'replay' ? {} : { executionId: id }),
    }),
  };
}
