import { timesPowerOfTen } from '@valuecanvas/money';

/** Dollars per million tokens, as price lists and configuration state them. */
export interface ListedPrice {
  readonly input: number;
  readonly output: number;
  /** As much as input where absent. */
  readonly cachedInput?: number;
  /** As much as input where absent. */
  readonly cacheWrite?: number;
  /** As much as input where absent. */
  readonly inputSound?: number;
  /** As much as output where absent. */
  readonly outputSound?: number;
}

/** Whole pico-dollars per token, so that sums are exact. */
export interface TokenPrices {
  readonly input: bigint;
  /** For tokens read from the provider's cache. */
  readonly cachedInput: bigint;
  /** For tokens written to the provider's cache. */
  readonly cacheWrite: bigint;
  readonly output: bigint;
  /** For the reasoning within the output. */
  readonly reasoning: bigint;
  /** For sound within the input; undefined where nobody knows. */
  readonly inputSound: bigint | undefined;
  /** For sound within the output; undefined where nobody knows. */
  readonly outputSound: bigint | undefined;
}

/** Prices of a whole call whose prompt has more than `above` tokens. */
export interface PriceTier extends TokenPrices {
  readonly above: number;
}

/** What a provider charges for a model. */
export interface ModelPrice extends TokenPrices {
  /** Pico-dollars for each call, whatever its tokens. */
  readonly perCall: bigint;
  /** In the order of `above`; the last one that the prompt exceeds counts. */
  readonly tiers: readonly PriceTier[];
}

/** How many times the standard price, as a fraction. */
export type PriceFactor = readonly [numerator: bigint, denominator: bigint];

/** Prices for answering sooner or later than usual: by service tier, then by model; `*` are all others. */
export type ServiceTiers = Readonly<Record<string, Readonly<Record<string, PriceFactor>>>>;

/** What a server of one's own charges. */
export const free: ModelPrice = {
  input: 0n,
  cachedInput: 0n,
  cacheWrite: 0n,
  output: 0n,
  reasoning: 0n,
  inputSound: 0n,
  outputSound: 0n,
  perCall: 0n,
  tiers: [],
};

/** Throws RangeError for a price that is negative or no number. */
export function toModelPrice(listed: ListedPrice): ModelPrice {
  const input = picosPerToken(listed.input);
  const output = picosPerToken(listed.output);
  return {
    input,
    cachedInput: listed.cachedInput === undefined ? input : picosPerToken(listed.cachedInput),
    cacheWrite: listed.cacheWrite === undefined ? input : picosPerToken(listed.cacheWrite),
    output,
    reasoning: output,
    inputSound: listed.inputSound === undefined ? input : picosPerToken(listed.inputSound),
    outputSound: listed.outputSound === undefined ? output : picosPerToken(listed.outputSound),
    perCall: 0n,
    tiers: [],
  };
}

/** The prices that count for a prompt of so many tokens. */
export function pricesFor(price: ModelPrice, promptTokens: number): TokenPrices {
  let prices: TokenPrices = price;
  for (const tier of price.tiers) if (promptTokens > tier.above) prices = tier;
  return prices;
}

/** Pico-dollars per token for dollars per million of them; what is finer than a pico-dollar is rounded up. */
export function picosPerToken(dollarsPerMillion: number): bigint {
  return timesPowerOfTen(dollarsPerMillion, 6).whole;
}
