import type { ServiceTiers } from '../../pricing/model-price.ts';

/**
 * OpenAI's price factors, from its pages on flex and priority processing (November 2026): half for flex, and these factors for
 * priority, at any prompt length.
 */
export const openaiServiceTiers: ServiceTiers = {
  flex: { '*': [1n, 2n] },
  priority: {
    'gpt-4o': [17n, 10n],
    'gpt-4o-2024-05-13': [7n, 4n],
    'gpt-4o-mini': [5n, 3n],
    'gpt-4.1': [7n, 4n],
    'gpt-4.1-mini': [7n, 4n],
    'gpt-4.1-nano': [2n, 1n],
    'gpt-5': [2n, 1n],
    'gpt-5-codex': [2n, 1n],
    'gpt-5-mini': [9n, 5n],
    'gpt-5.1': [2n, 1n],
    'gpt-5.1-codex': [2n, 1n],
    'gpt-5.2': [2n, 1n],
    'gpt-5.4': [2n, 1n],
    'gpt-5.4-mini': [2n, 1n],
    o3: [7n, 4n],
    'o4-mini': [20n, 11n],
  },
};

/** Returns the service tiers for a provider's id in the price data. Other providers may resell OpenAI's models. */
export const serviceTiersOf = (priceId: string | undefined): ServiceTiers | undefined =>
  priceId === 'openai' ? openaiServiceTiers : undefined;
