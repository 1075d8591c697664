import { cutToTokens, tokensOf } from '../tokens.ts';
import type { Answer } from './answer.ts';
import type { ChatRequest } from './chat-request.ts';

/** One choice of the response, with the tokens of its content. */
export interface Choice {
  readonly index: number;
  readonly answer: Answer;
  readonly finishReason: 'stop' | 'length' | 'tool_calls';
  readonly contentTokens: number;
  readonly reasoningTokens: number;
}

type Limits = Pick<ChatRequest, 'stop' | 'maxTokens'>;

/** Applies `stop`, then `max_tokens`. Reasoning comes first, and the content gets the rest of the limit. */
export function limited(answer: Answer, index: number, limits: Limits, reasoningTokens: number): Choice {
  const most = limits.maxTokens ?? Number.POSITIVE_INFINITY;
  const reasoning = Math.min(reasoningTokens, most);
  const full = answer.kind === 'call' ? answer.arguments : beforeStop(answer.text, limits.stop);
  const content = tokensOf(full) > most - reasoning ? cutToTokens(full, most - reasoning) : full;
  const natural = answer.kind === 'call' ? 'tool_calls' : 'stop';
  return {
    index,
    answer: answer.kind === 'call' ? { ...answer, arguments: content } : { kind: 'text', text: content },
    finishReason: content === full ? natural : 'length',
    contentTokens: tokensOf(content),
    reasoningTokens: reasoning,
  };
}

function beforeStop(text: string, sequences: readonly string[]): string {
  const ends = sequences.map((sequence) => text.indexOf(sequence)).filter((position) => position >= 0);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}
