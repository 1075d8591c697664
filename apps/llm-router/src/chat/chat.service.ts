import { AppError } from '@valuecanvas/contracts-core';
import type { ChatRequest, ChatResult, chat, Usage } from '@valuecanvas/contracts-llm-router';
import { toDollars, toJsonNanos } from '@valuecanvas/money';
import type { Call, ServerEvents } from '@valuecanvas/service-kit';
import type { AnswerFacts, Source } from '../completions/answer.ts';
import { type CompletionRequest, cachingOf, idempotencyOf } from '../completions/request.ts';
import type { Complete, WholeCompletion } from '../completions/serve.ts';
import type { Stream, StreamedCompletion } from '../completions/stream.ts';
import type { CompletionBody } from '../protocol/completion.ts';
import type { Tokens } from '../protocol/tokens.ts';
import { createTextCollector } from './answer-text.ts';
import { chatReader } from './chat-reader.ts';

type ChatCall = Call<typeof chat>;

/** The platform's own chat API, simpler than OpenAI's. */
export interface ChatService {
  chat(call: ChatCall): Promise<Pick<WholeCompletion, 'source' | 'facts'> & { readonly result: ChatResult }>;
  stream(call: ChatCall): Promise<
    Pick<StreamedCompletion, 'source' | 'provider' | 'model' | 'abandon'> & {
      readTo(createEvents: () => ServerEvents<typeof chat>): Promise<void>;
    }
  >;
}

export function createChatService(complete: Complete, stream: Stream, defaultModel: string): ChatService {
  const toRequest = (call: ChatCall, isStreamed: boolean): CompletionRequest => ({
    call,
    body: { ...toCompletionBody(call.body, defaultModel), ...(isStreamed ? { stream: true } : {}) },
    caching: cachingOf(call.header('cache-control')),
    // A stream and a whole answer are stored differently, so a key belongs to one of them.
    idempotency: idempotencyOf(call, isStreamed && !call.body.stream ? 'stream\n' : ''),
    promptVersionId: call.body.promptVersionId,
    isSchemaBinding: false,
  });

  return {
    async chat(call) {
      const startedAt = performance.now();
      const { source, facts, answer } = await complete(toRequest(call, false));
      const choice = answer().choices[0];
      const latency = source.kind === 'cache' ? Math.round(performance.now() - startedAt) : facts.latencyMs;
      const collector = createTextCollector();
      collector.add(choice?.message ?? {}, choice?.finish_reason);
      return {
        source,
        facts,
        result: { ...collector.text(), ...toResult(source, { ...facts, latencyMs: latency }) },
      };
    },

    async stream(call) {
      const streamed = await stream(toRequest(call, true));
      return {
        ...streamed,
        readTo: (createEvents) =>
          streamed.readTo(() => chatReader(createEvents(), (facts) => toResult(streamed.source, facts))),
      };
    },
  };
}

function toResult(
  { kind }: Source,
  { provider, model, tokens, costNanos, latencyMs }: AnswerFacts,
): Omit<ChatResult, 'content' | 'finishReason'> {
  return {
    provider,
    model,
    usage: toUsage(tokens),
    cost: toDollars(costNanos),
    costNanos: toJsonNanos(costNanos),
    latency: latencyMs,
    cached: kind === 'cache' || provider === 'cache',
  };
}

function toCompletionBody(request: ChatRequest, defaultModel: string): CompletionBody {
  const { prompt, messages, model = defaultModel, maxTokens, temperature, responseFormat } = request;
  if ((prompt === undefined) === (messages === undefined)) {
    const message = 'Send either prompt or messages.';
    throw new AppError('VALIDATION_FAILED', { message, details: [{ path: 'prompt', message }] });
  }
  return {
    model,
    messages: messages ?? [{ role: 'user', content: prompt }],
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(responseFormat === undefined ? {} : { response_format: responseFormat }),
  };
}

function toUsage({ prompt, completion, cached }: Tokens): Usage {
  return {
    promptTokens: prompt,
    completionTokens: completion,
    totalTokens: prompt + completion,
    cachedTokens: cached,
  };
}
