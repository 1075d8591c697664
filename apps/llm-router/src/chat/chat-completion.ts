import { AppError } from '@valuecanvas/contracts-core';
import type { ChatRequest, ChatResult, Usage } from '@valuecanvas/contracts-llm-router';
import { toDollars, toJsonNanos } from '@valuecanvas/money';
import type { RenderedVersion } from '@valuecanvas/prompts-sdk';
import type { AnswerFacts, Source } from '../completions/answer.ts';
import type { CompletionAnswer, CompletionBody } from '../protocol/completion.ts';
import type { Tokens } from '../protocol/tokens.ts';
import { createTextCollector } from './answer-text.ts';

/** Converts a request to OpenAI's form. The parameters of a prompt of the registry are defaults. */
export function toCompletionBody(
  request: ChatRequest,
  rendered: RenderedVersion | undefined,
  defaultModel: string,
): CompletionBody {
  const { prompt, messages, promptKey } = request;
  if ([prompt, messages, promptKey].filter((given) => given !== undefined).length !== 1) {
    const message = 'Send one of prompt, messages and promptKey.';
    throw new AppError('VALIDATION_FAILED', { message, details: [{ path: 'prompt', message }] });
  }
  const { metadata } = rendered ?? {};
  const {
    model = metadata?.model ?? defaultModel,
    maxTokens = metadata?.maxTokens,
    temperature = metadata?.temperature,
    responseFormat = metadata?.responseFormat,
  } = request;
  return {
    model,
    messages: rendered?.messages ?? messages ?? [{ role: 'user', content: prompt }],
    ...(metadata?.tools === undefined ? {} : { tools: metadata.tools }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(responseFormat === undefined ? {} : { response_format: responseFormat }),
  };
}

/** Converts a whole answer to the result of the chat API. */
export function toResult(source: Source, facts: AnswerFacts, answer: CompletionAnswer): ChatResult {
  const choice = answer.choices[0];
  const collector = createTextCollector();
  collector.add(choice?.message ?? {}, choice?.finish_reason);
  return { ...collector.text(), ...toResultFacts(source, facts) };
}

/** Returns the result without its text, which a stream collects itself. */
export function toResultFacts(
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

function toUsage({ prompt, completion, cached }: Tokens): Usage {
  return {
    promptTokens: prompt,
    completionTokens: completion,
    totalTokens: prompt + completion,
    cachedTokens: cached,
  };
}
