import { toDecimalDollars } from '@valuecanvas/money';
import type { CompletionAnswer } from '../providers/chat-completion.ts';
import { type AnswerFacts, replayed } from './answer-record.ts';

/** The source of an answer. */
export type Source =
  /** `asked`: whether the cache was consulted first. */
  | { readonly kind: 'provider'; readonly asked: boolean }
  /** `followed`: this request waited for the answer of an identical one. */
  | { readonly kind: 'cache'; readonly ageMs: number; readonly followed: boolean }
  /** The stored answer of an earlier request with the same idempotency key. */
  | { readonly kind: 'replay' };

/** A whole answer, in the provider's own bytes. */
export interface WholeCompletion {
  readonly source: Source;
  readonly facts: AnswerFacts;
  readonly bytes: Buffer;
  /** The answer, parsed. */
  answer(): CompletionAnswer;
}

/** Builds the headers for source and cost. At the head of a stream the cost is not known yet. */
export function answerHeaders(
  source: Source,
  { provider, model, costNanos }: Pick<AnswerFacts, 'provider' | 'model'> & Partial<AnswerFacts>,
): Record<string, string> {
  return {
    'x-llm-provider': provider,
    'x-llm-model': model,
    ...(costNanos === undefined ? {} : { 'x-llm-cost': toDecimalDollars(costNanos) }),
    ...sourceHeaders(source),
  };
}

function sourceHeaders(source: Source): Record<string, string> {
  switch (source.kind) {
    case 'provider':
      return { 'x-llm-cached': source.asked ? 'miss' : 'bypass' };
    case 'cache':
      return { 'x-llm-cached': 'hit', age: String(Math.max(0, Math.floor(source.ageMs / 1_000))) };
    case 'replay':
      return replayed;
  }
}
