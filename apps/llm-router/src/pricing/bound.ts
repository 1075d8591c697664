import type { CompletionBody } from '../providers/chat-completion.ts';
import { outputLimitOf } from '../providers/to-body.ts';
import { nanosOf } from './cost.ts';
import type { ModelPrice, TokenPrices } from './model-price.ts';
import { nonTextOf, type Sound, soundOf } from './non-text-parts.ts';

/** The most tokens that a request can take, and whether any of them can be sound. */
export interface Bound extends Sound {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface BoundedRequest {
  readonly body: CompletionBody;
  /** Bytes of the JSON that goes to the provider. */
  readonly bytes: number;
  /** As the provider calls it. */
  readonly model: string;
  /** Tokens to which the router limits an answer where the request names no limit. */
  readonly maxOutputTokens: number;
}

/** Tokens that providers' chat templates add of their own, such as a default system message. */
const templateTokens = 256;

/** And those with which they explain how tools are called; Anthropic documents the most, some 500. */
const toolTemplateTokens = 1_024;

/**
 * Bounds a request before anybody has counted. A token of text is at least one byte, and JSON only ever makes text
 * longer, so the body's bytes bound its text; images, sound and files count by what providers document instead.
 */
export function boundOf({ body, bytes, model, maxOutputTokens }: BoundedRequest): Bound {
  const { tokens, encodedBytes } = nonTextOf(body.messages, model);
  const answers = Math.max(count(body.n), count(body.best_of));
  const perAnswer = (outputLimitOf(body) ?? maxOutputTokens) + predictionBytes(body);
  return {
    promptTokens: Math.max(0, bytes - encodedBytes) + tokens + templateTokens + toolTokens(body),
    completionTokens: Math.min(answers * perAnswer, Number.MAX_SAFE_INTEGER),
    ...soundOf(body),
  };
}

/** The most that a call within the bound can cost, in nano-dollars, however its tokens divide into cached, reasoning, … */
export function worstCost(price: ModelPrice, bound: Bound): bigint {
  const { promptTokens } = bound;
  let prices: TokenPrices = price;
  let worst = 0n;
  // A dearer tier may begin within the bound, or a cheaper one.
  for (const tier of price.tiers) {
    if (promptTokens <= tier.above) break;
    worst = larger(worst, dearest(prices, tier.above, bound));
    prices = tier;
  }
  worst = larger(worst, dearest(prices, promptTokens, bound));
  return nanosOf(price.perCall + worst);
}

function dearest(
  prices: TokenPrices,
  promptTokens: number,
  { completionTokens, heard, spoken }: Bound,
): bigint {
  const read = larger(larger(prices.input, prices.cachedInput), prices.cacheWrite);
  const written = larger(prices.output, prices.reasoning);
  const input = heard ? larger(read, prices.inputSound ?? 0n) : read;
  const output = spoken ? larger(written, prices.outputSound ?? 0n) : written;
  return BigInt(promptTokens) * input + BigInt(completionTokens) * output;
}

/** Whether a price is known for all that a request may be charged for. */
export function coversSound({ inputSound, outputSound }: ModelPrice, { heard, spoken }: Sound): boolean {
  return !(heard && inputSound === undefined) && !(spoken && outputSound === undefined);
}

const larger = (a: bigint, b: bigint) => (a > b ? a : b);

/** Tools are shown to the model in other words than the body's, which may be as long again. */
function toolTokens({ tools, functions }: CompletionBody): number {
  if (tools === undefined && functions === undefined) return 0;
  return toolTemplateTokens + Buffer.byteLength(JSON.stringify([tools, functions]));
}

/** Predicted tokens that the model did not use are charged as output. */
function predictionBytes({ prediction }: CompletionBody): number {
  return prediction ? Buffer.byteLength(JSON.stringify(prediction)) : 0;
}

/** How many answers a field asks for, 1 where none; some providers read digits in a text, too. */
function count(value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && number > 1 ? Math.ceil(number) : 1;
}
