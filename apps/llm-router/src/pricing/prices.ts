import { calcPrice, type ModelInfo } from '@pydantic/genai-prices';
import type { Provider } from '../providers/provider.ts';
import { free, type ModelPrice, toModelPrice } from './model-price.ts';
import { fromPriceData } from './price-data.ts';

/** What is read of a provider. */
export type PriceSource = Pick<Provider, 'priceId' | 'prices'>;

/** A price, and from when until before when it is known to hold, in milliseconds since the epoch. */
interface Known {
  readonly price: ModelPrice | undefined;
  readonly from: number;
  readonly until: number;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Models that are remembered per provider: callers ask for names that nobody sells, too. */
const maxRemembered = 1_000;

/** Looking a price up takes 6 to 40 µs, finding it again 0.05 µs. What is remembered goes with its provider. */
const remembered = new WeakMap<PriceSource, Map<string, Known>>();

/**
 * What a provider charges for a model, by its own name of it, on the day of `at` (UTC): its configured price, else that
 * of the price data, else nothing where it has no price list. Undefined where its list does not have the model.
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

/** OpenAI's search models charge for each search besides, of which the price data say nothing. */
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
