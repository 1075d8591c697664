import type { AppError } from '@valuecanvas/contracts-core';
import { type FlagSnapshot, featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import {
  type ChatRequest,
  type ChatResult,
  type chat,
  llmRouterContract,
} from '@valuecanvas/contracts-llm-router';
import { type PromptSnapshot, promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { type Simulator, startSimulator } from '@valuecanvas/llm-simulator';
import { type Call, type StreamBody, serverEvents, stream } from '@valuecanvas/service-kit';
import { stubService, type TestIdentities } from '@valuecanvas/testing';

export type Flag = FlagSnapshot['flags'][number];

/** Chat request as the router received it. */
export interface Asked extends ChatRequest {
  readonly operation: string;
  readonly requestId: string;
  readonly idempotencyKey: string | undefined;
  readonly cacheControl: string | undefined;
}

/** Answer of the router. By default, that of the simulator. */
type GivenAnswer = Partial<ChatResult> & {
  /** Streams wait for it after their text. */
  readonly hold?: Promise<void>;
  /** Failure of a stream after its text. */
  readonly breaks?: AppError;
};
type RouterAnswer = (asked: Asked) => GivenAnswer | Promise<GivenAnswer>;

/** Stubs of the services that canvas calls. */
export interface Neighbours {
  readonly environment: Readonly<
    Record<'LLM_ROUTER_URL' | 'PROMPT_REGISTRY_URL' | 'FEATURE_FLAGS_URL', string>
  >;
  /** Requests to the router, oldest first. */
  readonly asked: Asked[];
  answer: RouterAnswer | undefined;
  /** Restores the simulator's answers and clears the requests. */
  reset(): void;
  stop(): Promise<void>;
}

export const modelOfFlag = 'mistralai/Mixtral-8x7B-Instruct-v0.1';
export const modelOfPrompt = 'meta-llama/Llama-3-8b-chat-hf';

const aVariant: Flag = {
  key: 'ai_model_selection',
  enabled: true,
  rolloutPercentage: 100,
  targeting: {},
  variants: [{ name: 'mixtral', weight: 1, config: { model: modelOfFlag } }],
  salt: 'salt',
  version: 1,
};

export async function startNeighbours(
  identities: TestIdentities,
  prompts: PromptSnapshot['prompts'],
  flags: readonly Flag[] = [aVariant],
): Promise<Neighbours> {
  const simulator = await startSimulator();
  const asked: Asked[] = [];
  const answerChat = async (call: Call<typeof chat>): Promise<ChatResult | StreamBody> => {
    const { body, operation, requestId, idempotencyKey } = call;
    const cacheControl = call.header('cache-control');
    const request = { ...body, operation, requestId, idempotencyKey, cacheControl };
    asked.push(request);
    const given = await neighbours.answer?.(request);
    const { hold, breaks, ...rest } = given ?? {};
    const result = {
      ...(given?.content === undefined ? await simulated(simulator, request) : facts),
      ...rest,
    };
    if (!body.stream) return result;
    return stream({}, async (sink) => {
      const events = serverEvents<typeof chat>(call, sink);
      // A few characters at a time, as models do.
      for (const content of result.content.match(/.{1,7}/gsu) ?? []) await events.send('delta', { content });
      await hold;
      if (breaks) events.fail(breaks);
      else events.done(result);
    });
  };
  const stubs = await Promise.all([
    stubService(llmRouterContract, { chat: answerChat }, identities),
    stubService(promptRegistryContract, { getPromptSnapshot: () => ({ version: '1', prompts }) }, identities),
    stubService(
      featureFlagsContract,
      { getFlagSnapshot: () => ({ version: '1', flags: [...flags] }) },
      identities,
    ),
  ]);
  const [router, registry, flagService] = stubs;
  const neighbours: Neighbours = {
    environment: {
      LLM_ROUTER_URL: router.url,
      PROMPT_REGISTRY_URL: registry.url,
      FEATURE_FLAGS_URL: flagService.url,
    },
    asked,
    answer: undefined,
    reset() {
      asked.length = 0;
      neighbours.answer = undefined;
    },
    async stop() {
      await Promise.all([simulator, ...stubs].map((part) => part.stop()));
    },
  };
  return neighbours;
}

const facts: ChatResult = {
  content: '',
  provider: 'together_ai',
  model: 'a-model',
  usage: { promptTokens: 100, completionTokens: 50, totalTokens: 150, cachedTokens: 20 },
  cost: 0.000123457,
  costNanos: 123_457,
  latency: 12,
  cached: false,
  finishReason: 'stop',
};

async function simulated(
  simulator: Simulator,
  { prompt, model, responseFormat }: ChatRequest,
): Promise<ChatResult> {
  const response = await fetch(`${simulator.url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({
      model: model ?? facts.model,
      messages: [{ role: 'user', content: prompt }],
      response_format: responseFormat,
    }),
  });
  const { choices } = (await response.json()) as { choices: [{ message: { content: string } }] };
  return { ...facts, model: model ?? facts.model, content: choices[0].message.content };
}
