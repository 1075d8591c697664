import type { Environment } from './settings.ts';

/** The router's variables that name a provider; no other service sees them. */
export const providerVariables = [
  'TOGETHER_API_KEY',
  'TOGETHER_BASE_URL',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'LLM_PROVIDERS',
] as const;

/** Any of these alone makes a provider; a base URL needs no key (Ollama, vLLM). */
const decisive = ['TOGETHER_API_KEY', 'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'LLM_PROVIDERS'] as const;

/** The providers that the environment names; undefined where it names none, so that answers are simulated. */
export function givenProviders(environment: Environment): Environment | undefined {
  if (!decisive.some((name) => environment[name])) return undefined;
  return Object.fromEntries(providerVariables.map((name) => [name, environment[name]]));
}

/** The simulator in the place of both providers. `url` is its base URL, ending in /v1. */
export function simulatedProviders(url: string): Environment {
  return {
    TOGETHER_API_KEY: 'simulated',
    TOGETHER_BASE_URL: url,
    OPENAI_API_KEY: 'simulated',
    OPENAI_BASE_URL: url,
  };
}
