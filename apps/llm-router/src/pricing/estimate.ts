import type { Tokens } from '../protocol/tokens.ts';
import { costOf, type ModelPrice } from './model-price.ts';
import { maxCost, type UsageUpperBound } from './upper-bound.ts';

/** Estimates a call's usage if the provider reported none. Never exceeds the maximum. */
export interface Estimate {
  readonly tokens: Tokens;
  readonly costNanos: bigint;
}

/** Bytes per token, below the average of models, so that estimates are rather too high. */
const bytesPerToken = 3;

/** No answer was received: the provider may have done all the requested work. */
export function estimateUnanswered(price: ModelPrice, bound: UsageUpperBound): Estimate {
  return estimateBrokenOff(price, bound, bound.completionTokens);
}

/** The answer broke off: the provider read the prompt, and each received byte was at most one token. */
export function estimateBrokenOff(
  price: ModelPrice,
  bound: UsageUpperBound,
  receivedBytes: number,
): Estimate {
  const completionTokens = Math.min(receivedBytes, bound.completionTokens);
  return {
    tokens: estimated(bound, bound.promptTokens, completionTokens),
    costNanos: maxCost(price, { ...bound, completionTokens }),
  };
}

/** The answer is complete but has no usage. */
export function estimateUncounted(
  price: ModelPrice,
  bound: UsageUpperBound,
  bytes: { readonly question: number; readonly answer: number },
): Estimate {
  const tokens = estimated(
    bound,
    Math.min(Math.ceil(bytes.question / bytesPerToken), bound.promptTokens),
    Math.min(Math.ceil(bytes.answer / bytesPerToken), bound.completionTokens),
  );
  return { tokens, costNanos: costOf(price, tokens) };
}

function estimated({ heard, spoken }: UsageUpperBound, prompt: number, completion: number): Tokens {
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
