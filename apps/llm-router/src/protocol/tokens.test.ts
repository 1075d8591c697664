import { expect, test } from 'vitest';
import { readTokens, type Tokens } from './tokens.ts';

const none = { cached: 0, cacheWrite: 0, reasoning: 0, promptSound: 0, completionSound: 0, estimated: false };

test.each<[who: string, usage: object, tokens: Partial<Tokens>]>([
  [
    'OpenAI',
    {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 64, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 40 },
    },
    { prompt: 100, completion: 50, cached: 64, reasoning: 40 },
  ],
  [
    'Together',
    {
      prompt_tokens: 193,
      completion_tokens: 24,
      total_tokens: 217,
      cached_tokens: 128,
      prompt_tokens_details: null,
      completion_tokens_details: null,
    },
    { prompt: 193, completion: 24, cached: 128 },
  ],
  [
    'Groq',
    { queue_time: 0.1, prompt_tokens: 18, completion_tokens: 556, total_tokens: 574, total_time: 0.5 },
    { prompt: 18, completion: 556 },
  ],
  [
    'DeepSeek',
    {
      prompt_tokens: 1000,
      completion_tokens: 20,
      total_tokens: 1020,
      prompt_cache_hit_tokens: 960,
      prompt_cache_miss_tokens: 40,
      completion_tokens_details: { reasoning_tokens: 8 },
    },
    { prompt: 1000, completion: 20, cached: 960, reasoning: 8 },
  ],
  [
    'OpenRouter',
    {
      prompt_tokens: 194,
      completion_tokens: 2,
      total_tokens: 196,
      cost: 0.95,
      prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 50 },
    },
    { prompt: 194, completion: 2, cached: 100, cacheWrite: 50 },
  ],
  [
    'xAI, which counts reasoning outside the completion',
    {
      prompt_tokens: 10_120,
      completion_tokens: 1_499,
      total_tokens: 14_428,
      prompt_tokens_details: { cached_tokens: 128 },
      completion_tokens_details: { reasoning_tokens: 2_809 },
    },
    { prompt: 10_120, completion: 4_308, cached: 128, reasoning: 2_809 },
  ],
  [
    'Gemini, whose thoughts are in the total only',
    { prompt_tokens: 10, completion_tokens: 5, total_tokens: 115 },
    { prompt: 10, completion: 105, reasoning: 100 },
  ],
  [
    'Anthropic, whose input excludes the cache',
    { input_tokens: 21, output_tokens: 7, cache_read_input_tokens: 1_000, cache_creation_input_tokens: 200 },
    { prompt: 1_221, completion: 7, cached: 1_000, cacheWrite: 200 },
  ],
  [
    'a proxy of Anthropic that excludes the cache from the prompt, but not from the total',
    { prompt_tokens: 2_000, completion_tokens: 7, total_tokens: 3_007, cache_read_input_tokens: 1_000 },
    { prompt: 3_000, completion: 7, cached: 1_000 },
  ],
  [
    'a proxy of Anthropic that includes the cache',
    {
      prompt_tokens: 1_221,
      completion_tokens: 7,
      total_tokens: 1_228,
      prompt_tokens_details: { cached_tokens: 1_000 },
      cache_read_input_tokens: 1_000,
      cache_creation_input_tokens: 200,
    },
    { prompt: 1_221, completion: 7, cached: 1_000, cacheWrite: 200 },
  ],
])('as %s counts', (_, usage, tokens) => {
  expect(readTokens(usage)).toEqual({ ...none, ...tokens });
});

test.each<[what: string, usage: unknown]>([
  ['missing', undefined],
  ['null', null],
  ['a list', []],
  ['half missing', { prompt_tokens: 1 }],
  ['negative', { prompt_tokens: 1, completion_tokens: -1 }],
  ['a fraction', { prompt_tokens: 1.5, completion_tokens: 1 }],
  ['a text', { prompt_tokens: '1', completion_tokens: 1 }],
  ['endless', { prompt_tokens: Number.POSITIVE_INFINITY, completion_tokens: 1 }],
])('usage that is %s is ignored', (_, usage) => {
  expect(readTokens(usage)).toBeUndefined();
});

test('invalid details are ignored', () => {
  const usage = {
    prompt_tokens: 1,
    completion_tokens: 2,
    total_tokens: 'many',
    prompt_tokens_details: 'no',
    completion_tokens_details: { reasoning_tokens: -3 },
  };
  expect(readTokens(usage)).toEqual({ ...none, prompt: 1, completion: 2 });
});
