import type { CompletionBody } from '../providers/chat-completion.ts';
import { outputLimitOf } from '../providers/to-body.ts';
import { nanosOf } from './cost.ts';
import type { ModelPrice, TokenPrices } from './model-price.ts';
import { nonTextOf, type Sound, soundOf } from './non-text-parts.ts';

/** Upper bound of a request's tokens, and whether any of them can be audio. */
export interface UsageUpperBound extends Sound {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface BoundedRequest {
  readonly body: CompletionBody;
  /** Bytes of the JSON body sent to the provider. */
  readonly bytes: number;
  /** The provider's name of the model. */
  readonly model: string;
  /** Default limit of output tokens. */
  readonly maxOutputTokens: number;
}

/** Tokens that providers' chat templates add, such as a default system message. */
const templateTokens = 256;

/** Tokens that providers add to explain tool calls; Anthropic documents the most, about 500. */
const toolTemplateTokens = 1_024;

/**
 * Bounds a request's tokens before the call. A text token is at least one byte, and JSON only lengthens text, so the bytes of
 * the body bound its text. Images, audio and files count as providers document.
 */
export function upperBoundOf({ body, bytes, model, maxOutputTokens }: BoundedRequest): UsageUpperBound {
  const { tokens, encodedBytes } = nonTextOf(body.messages, model);
  const answers = Math.max(count(body.n), count(body.best_of));
  const perAnswer = (outputLimitOf(body) ?? maxOutputTokens) + predictionBytes(body);
  return {
    promptTokens: Math.max(0, bytes - encodedBytes) + tokens + templateTokens + toolTokens(body),
    completionTokens: Math.min(answers * perAnswer, Number.MAX_SAFE_INTEGER),
    ...soundOf(body),
  };
}

/** Returns the maximum cost of a call within the bound in nano-dollars, for any division into cached, reasoning, … tokens. */
export function maxCost(price: ModelPrice, bound: UsageUpperBound): bigint {
  const { promptTokens } = bound;
  let prices: TokenPrices = price;
  let highest = 0n;
  // A more or less expensive price tier may start within the bound.
  for (const tier of price.tiers) {
    if (promptTokens <= tier.above) break;
    highest = larger(highest, costAtHighestRates(prices, tier.above, bound));
    prices = tier;
  }
  highest = larger(highest, costAtHighestRates(prices, promptTokens, bound));
  return nanosOf(price.perCall + highest);
}

function costAtHighestRates(
  prices: TokenPrices,
  promptTokens: number,
  { completionTokens, heard, spoken }: UsageUpperBound,
): bigint {
  const read = larger(larger(prices.input, prices.cachedInput), prices.cacheWrite);
  const written = larger(prices.output, prices.reasoning);
  const input = heard ? larger(read, prices.inputSound ?? 0n) : read;
  const output = spoken ? larger(written, prices.outputSound ?? 0n) : written;
  return BigInt(promptTokens) * input + BigInt(completionTokens) * output;
}

/** Returns true if prices are known for everything that the request may be charged for. */
export function coversSound({ inputSound, outputSound }: ModelPrice, { heard, spoken }: Sound): boolean {
  return !(heard && inputSound === undefined) && !(spoken && outputSound === undefined);
}

const larger = (a: bigint, b: bigint) => (a > b ? a : b);

/** Providers render tools for the model in another form, which may double their length. */
function toolTokens({ tools, functions }: CompletionBody): number {
  if (tools === undefined && functions === undefined) return 0;
  return toolTemplateTokens + Buffer.byteLength(JSON.stringify([tools, functions]));
}

/** Unused predicted tokens are charged as output. */
function predictionBytes({ prediction }: CompletionBody): number {
  return prediction ? Buffer.byteLength(JSON.stringify(prediction)) : 0;
}

/** Returns the number of requested answers, default 1. Some providers also accept it as a string. */
function count(value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && number > 1 ? Math.ceil(number) : 1;
}
