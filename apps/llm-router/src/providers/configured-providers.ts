import { modelName } from '@valuecanvas/contracts-llm-router';
import { ConfigError } from '@valuecanvas/service-kit';
import Value from 'typebox/value';
import type { LlmRouterConfig } from '../config.ts';
import { priceOf } from '../pricing/prices.ts';
import { compatible } from './compatible/compatible.ts';
import { openai } from './openai/openai.ts';
import { modelsOf, type Provider } from './provider.ts';
import { simulator } from './simulator/simulator.ts';
import { together } from './together/together.ts';

/** The variables that configure providers. */
export type ProviderSettings = Pick<
  LlmRouterConfig,
  | 'TOGETHER_API_KEY'
  | 'TOGETHER_BASE_URL'
  | 'OPENAI_API_KEY'
  | 'OPENAI_BASE_URL'
  | 'OPENAI_FALLBACK_MODEL'
  | 'LLM_SIMULATOR_URL'
  | 'LLM_PROVIDERS'
  | 'LLM_PROVIDER_ORDER'
>;

/** Returns the configured providers in order of preference. Throws ConfigError, which contains no key. */
export function configuredProviders(config: ProviderSettings): Provider[] {
  const providers =
    simulator(config) ??
    [together(config), openai(config), ...compatible(config.LLM_PROVIDERS)].filter(
      (provider) => provider !== undefined,
    );
  const order = (config.LLM_PROVIDER_ORDER ?? '').split(',').flatMap((id) => id.trim() || []);
  const faults = [
    ...providers.flatMap(invalidNames),
    ...providers.flatMap(unpricedModels),
    ...unknownIds(order, providers),
  ];
  if (faults.length > 0) throw new ConfigError(faults);
  return inOrder(providers, order);
}

/** Refuses models without a price, which would silently never be served. */
function unpricedModels(provider: Provider): string[] {
  const { id } = provider;
  return modelsOf(provider)
    .filter((model) => !priceOf(provider, model, new Date()))
    .map((model) => `${sourceOf(id)}: no price is known for ${model} of ${id}. Name a model with a price.`);
}

const ModelName = modelName('A model of a provider.');

/** Refuses names that no request can carry, or that the ledger cannot store. */
function invalidNames(provider: Provider): string[] {
  return [...new Set([...provider.models, ...modelsOf(provider)])]
    .filter((model) => !Value.Check(ModelName, model) || !model.isWellFormed())
    .map(
      (model) =>
        `${sourceOf(provider.id)}: ${JSON.stringify(model)} cannot be the name of a model. A name has 1 to 200 characters, none of them a control character or half of a surrogate pair.`,
    );
}

function sourceOf(id: string): string {
  return id === 'openai' || id === 'simulator_fallback' ? 'OPENAI_FALLBACK_MODEL' : 'LLM_PROVIDERS';
}

/** Unconfigured built-in providers may be named, so that one order serves all environments. */
function unknownIds(order: readonly string[], providers: readonly Provider[]): string[] {
  const known = new Set(['together_ai', 'openai', ...providers.map(({ id }) => id)]);
  return order
    .filter((id) => !known.has(id))
    .map((id) => `LLM_PROVIDER_ORDER names ${id}, which is not a provider.`);
}

function inOrder(providers: readonly Provider[], order: readonly string[]): Provider[] {
  const rank = ({ id }: Provider) => (order.includes(id) ? order.indexOf(id) : order.length);
  return providers.toSorted((one, other) => rank(one) - rank(other));
}
