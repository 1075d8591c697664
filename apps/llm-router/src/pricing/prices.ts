import { calcPrice, type ModelInfo } from '@pydantic/genai-prices';
import { free, type ListedPrice, type ModelPrice, toModelPrice } from './model-price.ts';
import { fromPriceData } from './price-data.ts';

/** The price-related part of a provider. */
export interface PriceSource {
  /** Its id in the price data; undefined if it has no price list. */
  readonly priceId: string | undefined;
  /** Prices that override the price data, by the provider's own model names. */
  readonly prices: Readonly<Record<string, ListedPrice>>;
}

/** A price and its validity, a half-open interval in milliseconds since the epoch. */
interface Known {
  readonly price: ModelPrice | undefined;
  readonly from: number;
  readonly until: number;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Maximum number of cached models per provider: callers may also send unknown names. */
const maxRemembered = 1_000;

/** Cache per provider: a lookup takes 6 to 40 µs, a cached one 0.05 µs. */
const remembered = new WeakMap<PriceSource, Map<string, Known>>();

/**
 * Returns a provider's price for a model, by the provider's name, on the day of `at` (UTC): the configured price, else that of
 * the price data, else free if it has no price list. Undefined if its price list lacks the model.
 */
export function priceOf(provider: PriceSource, model: string, at: Date): ModelPrice | undefined {
  const ms = at.getTime();
  let models = remembered.get(provider);
  const known = models?.get(model);
  if (known && known.from <= ms && ms < known.until) return known.price;
  if (!models || models.size >= maxRemembered) {
    models = new Map();
    remembered.set(provider, models);
  }
  const found = lookUp(provider, model, at);
  models.set(model, found);
  return found.price;
}

function lookUp({ priceId, prices }: PriceSource, model: string, at: Date): Known {
  const configured = Object.hasOwn(prices, model) ? prices[model] : undefined;
  if (configured) return within(at, dayMs, toModelPrice(configured));
  if (priceId === undefined) return within(at, dayMs, free);
  if (hasUnlistedFees(priceId, model)) return within(at, dayMs, undefined);
  const found = calcPrice({}, model, { providerId: priceId, timestamp: at });
  if (!found) return within(at, dayMs, undefined);
  const steadyMs = changesWithinDays(found.model) ? minuteMs : dayMs;
  return within(at, steadyMs, fromPriceData(found.model_price));
}

/** OpenAI's search models also charge per search, which the price data lack. */
function hasUnlistedFees(priceId: string, model: string): boolean {
  return priceId === 'openai' && /-search\b/.test(model);
}

function within(at: Date, steadyMs: number, price: ModelPrice | undefined): Known {
  const from = Math.floor(at.getTime() / steadyMs) * steadyMs;
  return { price, from, until: from + steadyMs };
}

/** Some providers charge less at night. */
function changesWithinDays({ prices }: ModelInfo): boolean {
  return Array.isArray(prices) && prices.some(({ constraint }) => constraint?.type === 'time_of_date');
}
