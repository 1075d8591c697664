import type { LlmRouterConfig } from '../../config.ts';
import type { Provider } from '../provider.ts';
import { serviceTiersOf } from './service-tiers.ts';

const models = ['gpt-4o-mini', 'gpt-4o'];

/**
 * Returns OpenAI, or the server at OPENAI_BASE_URL, which has its own models and no known prices. Undefined without key and
 * base URL.
 */
export function openai(
  config: Pick<LlmRouterConfig, 'OPENAI_API_KEY' | 'OPENAI_BASE_URL' | 'OPENAI_FALLBACK_MODEL'>,
): Provider | undefined {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: ownServer, OPENAI_FALLBACK_MODEL: fallbackModel } = config;
  if (apiKey === undefined && ownServer === undefined) return undefined;
  const sellsOpenaiModels = ownServer === undefined || models.includes(fallbackModel);
  const priceId = sellsOpenaiModels ? 'openai' : undefined;
  return {
    id: 'openai',
    baseUrl: ownServer ?? 'https://api.openai.com/v1',
    apiKey,
    priceId,
    prices: {},
    serviceTiers: serviceTiersOf(priceId),
    models: [...new Set([...(ownServer === undefined ? models : []), fallbackModel])],
    modelNames: {},
    fallbackModel,
    keyHeader: 'authorization',
    propagateTrace: false,
    // OpenAI's newer models take no other field, and other servers often do not know this one.
    maxTokensField: ownServer === undefined ? 'max_completion_tokens' : 'max_tokens',
    lacks: {},
  };
}
