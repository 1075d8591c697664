import { ConfigError, type Environment, parseConfig } from '@valuecanvas/service-kit';
import { expect, test } from 'vitest';
import { llmRouterVariables } from '../config.ts';
import { configuredProviders } from './configured-providers.ts';

const {
  TOGETHER_API_KEY,
  TOGETHER_BASE_URL,
  OPENAI_API_KEY,
  OPENAI_BASE_URL,
  OPENAI_FALLBACK_MODEL,
  LLM_SIMULATOR_URL,
  LLM_PROVIDERS,
  LLM_PROVIDER_ORDER,
} = llmRouterVariables;
const variables = {
  TOGETHER_API_KEY,
  TOGETHER_BASE_URL,
  OPENAI_API_KEY,
  OPENAI_BASE_URL,
  OPENAI_FALLBACK_MODEL,
  LLM_SIMULATOR_URL,
  LLM_PROVIDERS,
  LLM_PROVIDER_ORDER,
};

const providersOf = (environment: Environment) => configuredProviders(parseConfig(variables, environment));
const both = { OPENAI_API_KEY: 'a', TOGETHER_API_KEY: 'b' };
const idsOf = (environment: Environment) => providersOf(environment).map(({ id }) => id);

const groq = { id: 'groq', baseUrl: 'https://api.groq.com/openai/v1', models: ['llama'] };
const listing = (...entries: object[]) => ({ LLM_PROVIDERS: JSON.stringify(entries) });

function faultsOf(environment: Environment): string {
  try {
    providersOf(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return expect.fail('no fault was reported');
}

test('Together.ai comes first, OpenAI second', () => {
  expect(providersOf(both)).toMatchObject([
    { id: 'together_ai', apiKey: 'b', baseUrl: 'https://api.together.xyz/v1', maxTokensField: 'max_tokens' },
    {
      id: 'openai',
      apiKey: 'a',
      baseUrl: 'https://api.openai.com/v1',
      fallbackModel: 'gpt-4o-mini',
      maxTokensField: 'max_completion_tokens',
    },
  ]);
});

test('a provider without a key is not configured', () => {
  expect(idsOf({})).toEqual([]);
  expect(idsOf({ TOGETHER_API_KEY: 'b' })).toEqual(['together_ai']);
});

test('a self-hosted server needs no key, has its own model and is free', () => {
  const settings = { OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1', OPENAI_FALLBACK_MODEL: 'llama3.2' };
  expect(providersOf(settings)).toMatchObject([
    {
      id: 'openai',
      apiKey: undefined,
      models: ['llama3.2'],
      priceId: undefined,
      maxTokensField: 'max_tokens',
    },
  ]);
});

test('an OpenAI fallback model without a price is refused at start', () => {
  expect(faultsOf({ OPENAI_API_KEY: 'a', OPENAI_FALLBACK_MODEL: 'no-such-model' })).toContain(
    'no-such-model',
  );
});

test('features that a provider lacks may differ by model, and must be known', () => {
  const lacks = { 'llama-8b': ['developer'] };
  expect(providersOf(listing({ ...groq, lacks }))[0]?.lacks).toEqual(lacks);
  expect(faultsOf(listing({ ...groq, lacks: ['magic'] }))).toContain('LLM_PROVIDERS/0/lacks');
});

test('a provider in LLM_PROVIDERS needs no code', () => {
  const prices = { 'llama-8b': { input: 0.05, output: 0.08, cachedInput: 0.01, cacheWrite: 0.06 } };
  const listed = {
    ...groq,
    apiKey: 'secret',
    models: { llama: 'llama-8b' },
    prices,
    fallbackModel: 'llama-8b',
    maxTokensField: 'max_completion_tokens',
    propagateTrace: true,
    lacks: ['json_schema'],
  };
  expect(providersOf({ ...both, ...listing(listed) })[2]).toEqual({
    id: 'groq',
    baseUrl: groq.baseUrl,
    apiKey: 'secret',
    priceId: undefined,
    prices,
    models: ['llama'],
    modelNames: { llama: 'llama-8b' },
    fallbackModel: 'llama-8b',
    maxTokensField: 'max_completion_tokens',
    keyHeader: 'authorization',
    propagateTrace: true,
    lacks: { '*': ['json_schema'] },
  });
});

test('providers receive no trace unless their entry asks for it', () => {
  const providers = providersOf({ ...both, ...listing(groq, { ...groq, id: 'own', propagateTrace: true }) });
  expect(providers.filter(({ propagateTrace }) => propagateTrace).map(({ id }) => id)).toEqual(['own']);
});

test('models that have no other name are a list, and a provider without prices is free', () => {
  expect(providersOf(listing(groq))).toMatchObject([
    { models: ['llama'], modelNames: {}, prices: {}, priceId: undefined, maxTokensField: 'max_tokens' },
  ]);
});

test('a configured order overrides the default, and providers that it omits come last', () => {
  const settings = { ...both, ...listing(groq, { ...groq, id: 'vllm' }) };
  expect(idsOf(settings)).toEqual(['together_ai', 'openai', 'groq', 'vllm']);
  expect(idsOf({ ...settings, LLM_PROVIDER_ORDER: 'vllm, openai' })).toEqual([
    'vllm',
    'openai',
    'together_ai',
    'groq',
  ]);
});

test('an order may name an unconfigured built-in provider, but no other unknown id', () => {
  expect(idsOf({ ...listing(groq), LLM_PROVIDER_ORDER: 'openai,groq' })).toEqual(['groq']);
  expect(faultsOf({ LLM_PROVIDER_ORDER: 'grok' })).toContain('grok');
});

test.each<[what: string, entry: object, fault: RegExp]>([
  ['without models', { id: 'a', baseUrl: 'http://a' }, /models/],
  ['with a misspelt field', { ...groq, modles: [] }, /additional|modles/],
  ['with a base URL of another kind', { ...groq, baseUrl: 'ftp://a' }, /baseUrl/],
  ['with a base URL that is none', { ...groq, baseUrl: 'https://' }, /baseUrl/],
  ['with a password in its base URL', { ...groq, baseUrl: 'https://me:secret@a' }, /baseUrl/],
  ['with a key that no header can carry', { ...groq, apiKey: 'sec\nret' }, /apiKey/],
  ['with a built-in name', { ...groq, id: 'openai' }, /taken/],
  ['with a negative price', { ...groq, prices: { llama: { input: -1, output: 1 } } }, /prices/],
  ['with a price list that lacks a model', { ...groq, priceId: 'openai' }, /llama/],
])('a provider %s is refused at start', (_, entry, fault) => {
  const message = faultsOf(listing({ apiKey: 'secret', ...entry }));
  expect(message).toMatch(/LLM_PROVIDERS/);
  expect(message).toMatch(fault);
  expect(message).not.toContain('secret');
});

test('all faults are reported together', () => {
  const faults = faultsOf(listing({ ...groq, id: 'A' }, groq, { ...groq, baseUrl: 3 }));
  expect(faults).toMatch(/\/0\/id/);
  expect(faults).toMatch(/\/2\/baseUrl/);
  expect(faultsOf(listing(groq, groq))).toContain('twice');
});

test('an invalid list is refused without repeating its text', () => {
  expect(faultsOf({ LLM_PROVIDERS: '[{"apiKey":"secret"' })).not.toContain('secret');
});

test.each(['', ' \n', 'a\u0000b', 'half \ud83d', 'x'.repeat(201)])(
  '%j is not the name of a model',
  (name) => {
    const entry = { ...groq, models: { [name]: 'own' } };
    expect(faultsOf(listing(entry))).toContain(`LLM_PROVIDERS: ${JSON.stringify(name)} cannot be the name`);
  },
);

test('names of models may be in any script', () => {
  const [provider] = providersOf(listing({ ...groq, models: { локал: '本地模型' } }));
  expect(provider?.models).toEqual(['локал']);
});

test('the simulator replaces all providers, under its own ids, with their models and prices', () => {
  const providers = providersOf({
    TOGETHER_API_KEY: 'key',
    OPENAI_API_KEY: 'key',
    LLM_SIMULATOR_URL: 'http://127.0.0.1:4010/v1',
  });
  expect(providers).toMatchObject([
    { id: 'simulator', baseUrl: 'http://127.0.0.1:4010/v1', priceId: 'together' },
    { id: 'simulator_fallback', baseUrl: 'http://127.0.0.1:4010/v1', fallbackModel: 'gpt-4o-mini' },
  ]);
});
