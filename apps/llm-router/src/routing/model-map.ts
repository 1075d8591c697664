import { priceOf } from '../pricing/prices.ts';
import type { Provider } from '../providers/provider.ts';

/** One way to serve a call: a provider, and what it calls the model. */
export interface Candidate {
  readonly provider: Provider;
  readonly model: string;
}

/** Who can serve a model, in the order of trying. Empty where nobody has ever heard of it. */
export function candidatesFor(providers: readonly Provider[], model: string): Candidate[] {
  if (!providers.some((provider) => serves(provider, model))) return [];
  return providers.flatMap((provider) => {
    const own = serves(provider, model) ? model : provider.fallbackModel;
    return own === undefined ? [] : [{ provider, model: own }];
  });
}

/** A provider serves what it lists, and what the price data say that it sells. */
function serves(provider: Provider, model: string): boolean {
  if (provider.models.includes(model)) return true;
  return provider.priceId !== undefined && priceOf(provider.priceId, model, new Date()) !== undefined;
}
