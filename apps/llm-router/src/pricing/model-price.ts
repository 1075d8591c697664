import { timesPowerOfTen } from '@valuecanvas/money';
import type { Tokens } from '../protocol/tokens.ts';

/** Prices in dollars per million tokens, as in price lists and configuration. */
export interface ListedPrice {
  readonly input: number;
  readonly output: number;
  /** Default: the input price. */
  readonly cachedInput?: number;
  /** Default: the input price. */
  readonly cacheWrite?: number;
  /** Default: the input price. */
  readonly inputSound?: number;
  /** Default: the output price. */
  readonly outputSound?: number;
}

/** Prices in whole pico-dollars per token, so that sums are exact. */
export interface TokenPrices {
  readonly input: bigint;
  /** For tokens read from the provider's cache. */
  readonly cachedInput: bigint;
  /** For tokens written to the provider's cache. */
  readonly cacheWrite: bigint;
  readonly output: bigint;
  /** For reasoning tokens within the output. */
  readonly reasoning: bigint;
  /** For audio within the input; undefined if unknown. */
  readonly inputSound: bigint | undefined;
  /** For audio within the output; undefined if unknown. */
  readonly outputSound: bigint | undefined;
}

/** Prices of a whole call whose prompt has more than `above` tokens. */
export interface PriceTier extends TokenPrices {
  readonly above: number;
}

/** A provider's prices for a model. */
export interface ModelPrice extends TokenPrices {
  /** Fee per call in pico-dollars. */
  readonly perCall: bigint;
  /** Ordered by `above`; the last tier that the prompt exceeds applies. */
  readonly tiers: readonly PriceTier[];
}

/** Factor of the standard price, as a fraction. */
export type PriceFactor = readonly [numerator: bigint, denominator: bigint];

/** Price factors of priority and flex processing, by service tier and model; `*` matches all other models. */
export type ServiceTiers = Readonly<Record<string, Readonly<Record<string, PriceFactor>>>>;

/** The price of a self-hosted server. */
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

/** Throws RangeError if a price is negative or not a number. */
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

/** Returns the prices that apply to a prompt of the given number of tokens. */
export function pricesFor(price: ModelPrice, promptTokens: number): TokenPrices {
  let prices: TokenPrices = price;
  for (const tier of price.tiers) if (promptTokens > tier.above) prices = tier;
  return prices;
}

/** Converts dollars per million tokens to pico-dollars per token, rounding up. */
export function picosPerToken(dollarsPerMillion: number): bigint {
  return timesPowerOfTen(dollarsPerMillion, 6).whole;
}

const picosPerNano = 1_000n;

/** Chargeable usage. */
export type PaidTokens = Omit<Tokens, 'estimated'>;

/**
 * Computes a call's cost in nano-dollars, rounded up once at the end. Subsets of prompt tokens (cached, audio) and of
 * completion tokens (reasoning, audio) count at most up to their total.
 */
export function costOf(price: ModelPrice, tokens: PaidTokens): bigint {
  const prices = pricesFor(price, tokens.prompt);
  const cached = Math.min(tokens.cached, tokens.prompt);
  const cacheWrite = Math.min(tokens.cacheWrite, tokens.prompt - cached);
  const heard = Math.min(tokens.promptSound, tokens.prompt - cached - cacheWrite);
  const reasoning = Math.min(tokens.reasoning, tokens.completion);
  const spoken = Math.min(tokens.completionSound, tokens.completion - reasoning);
  return nanosOf(
    price.perCall +
      BigInt(tokens.prompt - cached - cacheWrite - heard) * prices.input +
      BigInt(heard) * (prices.inputSound ?? prices.input) +
      BigInt(cached) * prices.cachedInput +
      BigInt(cacheWrite) * prices.cacheWrite +
      BigInt(tokens.completion - reasoning - spoken) * prices.output +
      BigInt(spoken) * (prices.outputSound ?? prices.output) +
      BigInt(reasoning) * prices.reasoning,
  );
}

/** Converts pico-dollars to nano-dollars, rounding up. */
export function nanosOf(picos: bigint): bigint {
  return (picos + picosPerNano - 1n) / picosPerNano;
}

/** The tier-related part of a provider. */
export interface TierSource {
  readonly serviceTiers: ServiceTiers | undefined;
}

export interface TieredModel {
  /** The provider's name of the model. */
  readonly model: string;
  /** In the standard tier. */
  readonly price: ModelPrice;
}

/** The tier of the price data. */
export const standardTier = 'default';

/**
 * Returns the highest price for a request that asks for a tier, since the provider may still answer in the standard tier.
 * Undefined if the tier has no price. `auto` leaves the choice to the provider.
 */
export function highestPriceFor(
  { serviceTiers: tiers }: TierSource,
  { model, price }: TieredModel,
  asked: unknown,
): ModelPrice | undefined {
  if (!tiers || asked === undefined || asked === null || asked === standardTier) return price;
  const names = asked === 'auto' ? Object.keys(tiers) : [asked];
  const factors = names.map((name) => factorOf(tiers, name, model));
  if (asked !== 'auto' && factors[0] === undefined) return undefined;
  const highest = factors.reduce<PriceFactor>(
    (highest, factor) => (factor ? larger(highest, factor) : highest),
    [1n, 1n],
  );
  return times(price, highest);
}

/** Returns the price of an answer in a tier; undefined if the tier has no price. */
export function priceInTier(
  { serviceTiers: tiers }: TierSource,
  { model, price }: TieredModel,
  tier: unknown,
): ModelPrice | undefined {
  if (!tiers || tier === standardTier) return price;
  const factor = factorOf(tiers, tier, model);
  return factor && times(price, factor);
}

/** A dated model version costs as much as the model, unless it is listed itself. */
function factorOf(tiers: ServiceTiers, tier: unknown, model: string): PriceFactor | undefined {
  if (typeof tier !== 'string' || !Object.hasOwn(tiers, tier)) return undefined;
  const models = tiers[tier] ?? {};
  const names = [model, model.replace(/-\d{4}-\d{2}-\d{2}$/, ''), '*'];
  const listed = names.find((name) => Object.hasOwn(models, name));
  return listed === undefined ? undefined : models[listed];
}

const larger = (one: PriceFactor, other: PriceFactor) =>
  one[0] * other[1] > other[0] * one[1] ? one : other;

/** Scales a price, rounding up to whole pico-dollars. */
function times(price: ModelPrice, [numerator, denominator]: PriceFactor): ModelPrice {
  if (numerator === denominator) return price;
  const part = (picos: bigint) => (picos * numerator + denominator - 1n) / denominator;
  const parts = (prices: TokenPrices): TokenPrices => ({
    input: part(prices.input),
    cachedInput: part(prices.cachedInput),
    cacheWrite: part(prices.cacheWrite),
    output: part(prices.output),
    reasoning: part(prices.reasoning),
    inputSound: prices.inputSound && part(prices.inputSound),
    outputSound: prices.outputSound && part(prices.outputSound),
  });
  return {
    ...parts(price),
    perCall: price.perCall,
    tiers: price.tiers.map((tier) => ({ above: tier.above, ...parts(tier) })),
  };
}
