import type { Environment } from './settings.ts';

/**
 * Variables of the router that configure providers: API keys, base URLs and the list of others. No other service gets them.
 * A new provider adds its own.
 */
export const providerVariables = [
  'TOGETHER_API_KEY',
  'TOGETHER_BASE_URL',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'LLM_PROVIDERS',
] as const;

/** Variables of which each one alone configures a provider. A server at OPENAI_BASE_URL (Ollama, vLLM) needs no key. */
const decisive = providerVariables.filter(
  (name) => name.endsWith('_API_KEY') || name === 'OPENAI_BASE_URL' || name === 'LLM_PROVIDERS',
);

/** Returns the provider variables of the environment, or undefined if it has none, so that answers are simulated. */
export function givenProviders(environment: Environment): Environment | undefined {
  if (!decisive.some((name) => environment[name])) return undefined;
  return Object.fromEntries(providerVariables.map((name) => [name, environment[name]]));
}

/** Returns the variable that replaces all providers by the simulator. `url` is its base URL, ending in /v1. */
export function simulatedProviders(url: string): Environment {
  return { LLM_SIMULATOR_URL: url };
}
