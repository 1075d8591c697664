import { ConfigError, type Environment, parseConfig } from '@valuecanvas/service-kit';
import { expect, test } from 'vitest';
import { llmRouterVariables } from '../config.ts';
import { configuredProviders } from './configured-providers.ts';

const providersOf = (environment: Environment) =>
  configuredProviders(
    parseConfig(llmRouterVariables, {
      INTERNAL_PUBLIC_KEYS: '{}',
      DATABASE_URL: 'postgres://127.0.0.1/none',
      REDIS_URL: 'redis://127.0.0.1',
      ...environment,
    }),
  );

test('Together.ai comes first, OpenAI second', () => {
  expect(providersOf({ OPENAI_API_KEY: 'a', TOGETHER_API_KEY: 'b' })).toMatchObject([
    { id: 'together_ai', apiKey: 'b', baseUrl: 'https://api.together.xyz/v1' },
    { id: 'openai', apiKey: 'a', baseUrl: 'https://api.openai.com/v1', fallbackModel: 'gpt-4o-mini' },
  ]);
});

test('a provider without a key is not there', () => {
  expect(providersOf({})).toEqual([]);
  expect(providersOf({ TOGETHER_API_KEY: 'b' }).map(({ id }) => id)).toEqual(['together_ai']);
});

test('a server of one’s own needs no key, has its own model and costs nothing', () => {
  expect(
    providersOf({ OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1', OPENAI_FALLBACK_MODEL: 'llama3.2' }),
  ).toMatchObject([{ id: 'openai', apiKey: undefined, models: ['llama3.2'], priceId: undefined }]);
});

test('a fallback model of OpenAI that has no price is noticed at the start', () => {
  expect(() => providersOf({ OPENAI_API_KEY: 'a', OPENAI_FALLBACK_MODEL: 'no-such-model' })).toThrow(
    ConfigError,
  );
});
