import type { Tokens } from '../protocol/tokens.ts';
import type { UsageUpperBound } from './upper-bound.ts';

/** Bytes per token, below the average of models, so that estimates are rather too high. */
const bytesPerToken = 3;

/** Known facts of a call whose usage the provider did not report, or reported before the end of its answer. */
export interface Seen {
  /** Bytes of the request's body. */
  readonly questionBytes: number;
  /** Bytes of the received content that no count covers. */
  readonly answerBytes: number;
  /** The provider's own counts; undefined if there are none. */
  readonly counted: Tokens | undefined;
}

/**
 * Estimates the tokens of a call from the bytes of its prompt and of the content that was received. An uncounted part never
 * exceeds the upper bound of the request.
 */
export function estimateTokens(
  { promptTokens, completionTokens, heard, spoken }: UsageUpperBound,
  { questionBytes, answerBytes, counted }: Seen,
): Tokens {
  const received = Math.ceil(answerBytes / bytesPerToken);
  if (counted) {
    const room = Math.max(0, completionTokens - counted.completion);
    const completion = counted.completion + Math.min(received, room);
    return { ...counted, completion, completionSound: spoken ? completion : 0, estimated: true };
  }
  const prompt = Math.min(Math.ceil(questionBytes / bytesPerToken), promptTokens);
  const completion = Math.min(received, completionTokens);
  return {
    prompt,
    completion,
    cached: 0,
    cacheWrite: 0,
    reasoning: 0,
    promptSound: heard ? prompt : 0,
    completionSound: spoken ? completion : 0,
    estimated: true,
  };
}
