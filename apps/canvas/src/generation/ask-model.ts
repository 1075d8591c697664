import {
  type DownstreamKeys,
  publicHeaders,
  type UserCall,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import type { ChatRequest, ChatResult, llmRouterContract } from '@valuecanvas/contracts-llm-router';
import type { PromptExecution, promptExecution } from '@valuecanvas/contracts-prompt-registry';
import type { Flags } from '@valuecanvas/flags-sdk';
import type { Client } from '@valuecanvas/http-client';
import type { Journal } from '@valuecanvas/journal';
import type { Prompts, RenderedVersion } from '@valuecanvas/prompts-sdk';
import type { TSchema } from 'typebox';
import { startExecution } from './execution.ts';

export interface Question<T> {
  readonly promptKey: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Model from the request. By default, a flag, the prompt or the router's default decides. */
  readonly model: string | undefined;
  readonly schema: { readonly name: string; readonly schema: TSchema };
  /** Parses the answer. Throws LLM_BAD_RESPONSE if it is not usable. */
  readonly parse: (content: string) => T;
}

export interface Answer<T> {
  readonly value: T;
  /** Fields of every result that came from a prompt: version, execution, model, tokens and cost. */
  readonly facts: Pick<
    ChatResult,
    'provider' | 'model' | 'usage' | 'cost' | 'costNanos' | 'latency' | 'cached'
  > & {
    readonly promptVersion: number;
    readonly executionId: string;
  };
}

export interface ModelDependencies {
  readonly prompts: Prompts;
  readonly flags: Flags;
  readonly router: Client<typeof llmRouterContract>['call'];
  readonly executions: Journal<typeof promptExecution>;
  readonly onLostExecution: (error: unknown) => void;
}

/** A user's call that finds the router's stored answer when its client repeats it with the same idempotency key. */
export type ModelCall = UserCall & DownstreamKeys;

/** Asks a model with a prompt of the registry, and records the execution of that prompt version. */
export type AskModel = <T>(call: ModelCall, question: Question<T>) => Promise<Answer<T>>;

export function createAskModel(dependencies: ModelDependencies): AskModel {
  const { prompts, flags, router, executions, onLostExecution } = dependencies;

  /** Logs a failure to record an execution. A gap in the statistics must not fail the request. */
  const record = async (execution: PromptExecution): Promise<void> => {
    try {
      // Executions accumulate while the registry is unavailable. Beyond the bound they are dropped, to protect Redis.
      await executions.assertRoom();
      await executions.record(execution);
    } catch (error) {
      onLostExecution(error);
    }
  };

  /** The router stores its answer under the key: a run of the request after a crash does not pay for it again. */
  const askRouter = (call: ModelCall, body: ChatRequest): Promise<ChatResult> => {
    const key = call.downstreamKey(JSON.stringify(body));
    const headers = key === undefined ? {} : { [publicHeaders.idempotencyKey]: key };
    return router.chat({ body, headers }, call);
  };

  return async (call, question) => {
    const prompt = prompts.render(question.promptKey, question.variables);
    const execution = startExecution(call, prompt.versionId);
    let chat: ChatResult | undefined;
    try {
      chat = await askRouter(call, chatRequest(flags, call, question, prompt));
      const value = question.parse(chat.content);
      await record(execution.ended(chat));
      return { value, facts: { ...factsOf(chat), promptVersion: prompt.version, executionId: execution.id } };
    } catch (error) {
      // A repetition of the request must get a new answer of the model.
      if (chat) call.discardDownstreamAnswers();
      await record(execution.ended(chat, error));
      throw error;
    }
  };
}

function chatRequest<T>(
  flags: Flags,
  call: UserCall,
  question: Question<T>,
  prompt: RenderedVersion,
): ChatRequest {
  const { temperature, maxTokens } = prompt.metadata;
  const model = question.model ?? modelFromFlag(flags, call.principal) ?? prompt.metadata.model;
  const { name, schema } = question.schema;
  return {
    prompt: prompt.content,
    promptVersionId: prompt.versionId,
    responseFormat: {
      type: 'json_schema' as const,
      json_schema: { name, schema: { ...schema }, strict: true },
    },
    ...(model === undefined ? {} : { model }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  };
}

/** Returns the model in the user's variant of the flag, if the variant names one. */
function modelFromFlag(flags: Flags, user: UserPrincipal): string | undefined {
  const evaluation = flags.evaluate('ai_model_selection', {
    targetingKey: user.userId,
    tier: user.tier,
    role: user.role,
  });
  if (!evaluation?.enabled) return undefined;
  const { model } = (evaluation.value ?? {}) as { model?: unknown };
  return typeof model === 'string' ? model : undefined;
}

function factsOf({ provider, model, usage, cost, costNanos, latency, cached }: ChatResult) {
  return { provider, model, usage, cost, costNanos, latency, cached };
}
