import { expect, test } from 'vitest';
import { givenProviders, providerVariables } from './providers.ts';
import { projectRoot } from './settings.ts';

test('every variable of the router that configures a provider is known', async () => {
  const config: Record<string, object> = await import(`${projectRoot}/apps/llm-router/src/config.ts`);
  const names = Object.keys(config.llmRouterVariables ?? {});
  const configuring = names.filter((name) => /_(?:API_KEY|BASE_URL)$|^LLM_PROVIDERS$/.test(name));
  expect(configuring.toSorted()).toEqual([...providerVariables].toSorted());
});

test.each(['TOGETHER_API_KEY', 'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'LLM_PROVIDERS'])(
  '%s alone configures a provider',
  (name) => expect(givenProviders({ [name]: 'value' })).toMatchObject({ [name]: 'value' }),
);

test('the address of a provider without its key configures none', () => {
  expect(givenProviders({ TOGETHER_BASE_URL: 'http://127.0.0.1:1/v1' })).toBeUndefined();
});
