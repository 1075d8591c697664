import type { LlmRouterConfig } from '../../config.ts';
import { offeredModels } from '../offered-models.ts';
import type { Provider } from '../provider.ts';

/** Returns Together.ai; undefined without a key. */
export function together(
  config: Pick<LlmRouterConfig, 'TOGETHER_API_KEY' | 'TOGETHER_BASE_URL'>,
): Provider | undefined {
  if (config.TOGETHER_API_KEY === undefined) return undefined;
  return {
    id: 'together_ai',
    baseUrl: config.TOGETHER_BASE_URL,
    apiKey: config.TOGETHER_API_KEY,
    priceId: 'together',
    prices: {},
    serviceTiers: undefined,
    models: offeredModels,
    modelNames: {},
    fallbackModel: undefined,
    keyHeader: 'authorization',
    propagateTrace: false,
    maxTokensField: 'max_tokens',
    lacks: {},
  };
}
