import { AppError, type UserCall } from '@valuecanvas/contracts-core';
import type { ChatRequest, ChatResult, Usage } from '@valuecanvas/contracts-llm-router';
import { toDollars } from '../pricing/cost.ts';
import type { CompletionBody } from '../providers/chat-completion.ts';
import type { Tokens } from '../providers/tokens.ts';
import type { Complete } from '../routing/completions.ts';

/** Our own, simpler form of asking a model. */
export interface ChatService {
  chat(call: UserCall, request: ChatRequest): Promise<ChatResult>;
}

export function createChatService(complete: Complete, defaultModel: string): ChatService {
  return {
    async chat(call, request) {
      const startedAt = performance.now();
      const body = toCompletionBody(request, defaultModel);
      const { answer, provider, model, tokens, costNanos } = await complete(
        call,
        body,
        request.promptVersionId,
      );
      const choice = answer.choices[0];
      return {
        content: choice?.message?.content ?? '',
        provider,
        model,
        usage: toUsage(tokens),
        cost: toDollars(costNanos),
        latency: Math.round(performance.now() - startedAt),
        cached: false,
        finishReason: choice?.finish_reason ?? 'stop',
      };
    },
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
