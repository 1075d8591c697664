import { ConfigError } from '@valuecanvas/service-kit';
import type { LlmRouterConfig } from '../config.ts';
import { priceOf } from '../pricing/prices.ts';
import { offeredModels } from './offered-models.ts';
import type { Provider } from './provider.ts';

const openaiModels = ['gpt-4o-mini', 'gpt-4o'];

/** The providers that the environment names, in the order in which they are tried. Throws ConfigError. */
export function configuredProviders(config: LlmRouterConfig): Provider[] {
  return [together(config), openai(config)].filter((provider) => provider !== undefined);
}

function together(config: LlmRouterConfig): Provider | undefined {
  if (config.TOGETHER_API_KEY === undefined) return undefined;
  return {
    id: 'together_ai',
    baseUrl: config.TOGETHER_BASE_URL,
    apiKey: config.TOGETHER_API_KEY,
    priceId: 'together',
    models: offeredModels,
    fallbackModel: undefined,
  };
}

/** A base URL of its own is some other server: it has its own models, and nobody knows what it costs. */
function openai(config: LlmRouterConfig): Provider | undefined {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: ownServer, OPENAI_FALLBACK_MODEL: fallbackModel } = config;
  if (apiKey === undefined && ownServer === undefined) return undefined;
  const provider = {
    id: 'openai',
    baseUrl: ownServer ?? 'https://api.openai.com/v1',
    apiKey,
    priceId: ownServer === undefined || openaiModels.includes(fallbackModel) ? 'openai' : undefined,
    models: [...new Set([...(ownServer === undefined ? openaiModels : []), fallbackModel])],
    fallbackModel,
  };
  if (priceOf(provider, fallbackModel, new Date())) return provider;
  throw new ConfigError([
    `OPENAI_FALLBACK_MODEL: no price is known for ${fallbackModel}: name a model that OpenAI sells.`,
  ]);
}
