import type { ModelPrice, PriceFactor, ServiceTiers, TokenPrices } from './model-price.ts';

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
