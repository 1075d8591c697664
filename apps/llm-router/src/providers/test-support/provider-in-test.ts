import type { Provider } from '../provider.ts';

/** A provider without key, price or models, except for the given fields. */
export function providerInTest(settings: Partial<Provider> = {}): Provider {
  return {
    id: 'a',
    baseUrl: 'http://127.0.0.1:1/v1',
    apiKey: undefined,
    priceId: undefined,
    prices: {},
    serviceTiers: undefined,
    models: [],
    modelNames: {},
    fallbackModel: undefined,
    keyHeader: 'authorization',
    propagateTrace: false,
    maxTokensField: 'max_tokens',
    lacks: {},
    ...settings,
  };
}
