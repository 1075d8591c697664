import { toDollars } from '@valuecanvas/money';
import { expect, test } from 'vitest';
import type { ReportedUsage } from '../protocol/completion.ts';
import { readTokens } from '../protocol/tokens.ts';
import { costOf } from './model-price.ts';
import { priceOf } from './prices.ts';

/** Usage as reported by a provider. */
interface Golden {
  readonly seller: string;
  readonly model: string;
  readonly at: string;
  readonly reported: object;
  readonly dollars: number;
}

const goldens: Record<string, Golden> = {
  // $0.15 in, $0.075 cached, $0.60 out: 982 * 0.15 + 1024 * 0.075 + 300 * 0.60 = 147.3 + 76.8 + 180 = 404.1
  'OpenAI with a cached prefix, without audio': {
    seller: 'openai',
    model: 'gpt-4o-mini',
    at: '2026-06-01',
    reported: {
      prompt_tokens: 2_006,
      completion_tokens: 300,
      total_tokens: 2_306,
      prompt_tokens_details: { cached_tokens: 1_024, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    dollars: 404.1e-6,
  },
  // $2 in, $8 out, reasoning within the output: 1,000 * 2 + 1,500 * 8 = 2,000 + 12,000 = 14,000
  'OpenAI with reasoning, which is part of the completion': {
    seller: 'openai',
    model: 'o3',
    at: '2026-06-01',
    reported: {
      prompt_tokens: 1_000,
      completion_tokens: 1_500,
      total_tokens: 2_500,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 1_344, audio_tokens: 0 },
    },
    dollars: 14_000e-6,
  },
  // $2.50 in and $10 out for text, $32 and $64 for audio: 100 * 2.5 + 400 * 32 + 50 * 10 + 250 * 64 = 29,550
  'OpenAI with audio input and output': {
    seller: 'openai',
    model: 'gpt-audio',
    at: '2026-06-01',
    reported: {
      prompt_tokens: 500,
      completion_tokens: 300,
      total_tokens: 800,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 400, text_tokens: 100 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 250, text_tokens: 50 },
    },
    dollars: 29_550e-6,
  },
  // $0.90 in and out: 27 * 0.9 + 241 * 0.9 = 24.3 + 216.9 = 241.2
  'Together.ai, without any details': {
    seller: 'together',
    model: 'meta-llama/Llama-3-70b-chat-hf',
    at: '2026-06-01',
    reported: { prompt_tokens: 27, completion_tokens: 241, total_tokens: 268 },
    dollars: 241.2e-6,
  },
  // By day $0.27 in, $0.07 cached, $1.10 out: 12 * 0.27 + 1,920 * 0.07 + 400 * 1.1 = 3.24 + 134.4 + 440 = 577.64
  'DeepSeek by day, with cache hits and misses': {
    seller: 'deepseek',
    model: 'deepseek-chat',
    at: '2025-06-01T12:00:00Z',
    reported: {
      prompt_tokens: 1_932,
      completion_tokens: 400,
      total_tokens: 2_332,
      prompt_cache_hit_tokens: 1_920,
      prompt_cache_miss_tokens: 12,
    },
    dollars: 577.64e-6,
  },
  // By night half as much: $0.135 in, $0.035 cached, $0.55 out
  'DeepSeek by night': {
    seller: 'deepseek',
    model: 'deepseek-chat',
    at: '2025-06-01T20:00:00Z',
    reported: {
      prompt_tokens: 1_932,
      completion_tokens: 400,
      prompt_cache_hit_tokens: 1_920,
      prompt_cache_miss_tokens: 12,
    },
    dollars: 288.82e-6,
  },
  // $3 in, $0.30 read, $3.75 written, $15 out: 10 * 3 + 2,000 * 0.3 + 5,000 * 3.75 + 100 * 15 = 30 + 600 + 18,750 + 1,500
  'Claude behind a compatible gateway, reading and writing its cache': {
    seller: 'openrouter',
    model: 'anthropic/claude-sonnet-4.5',
    at: '2026-06-01',
    reported: {
      prompt_tokens: 7_010,
      completion_tokens: 100,
      total_tokens: 7_110,
      prompt_tokens_details: { cached_tokens: 2_000, cache_write_tokens: 5_000 },
      cache_creation_input_tokens: 5_000,
      cache_read_input_tokens: 2_000,
    },
    dollars: 20_880e-6,
  },
  // Above 200,000 $6 in, $0.60 read, $22.50 out: 100,001 * 6 + 100,000 * 0.6 + 1,000 * 22.5 = 600,006 + 60,000 + 22,500
  'Claude beyond 200,000 tokens, cached ones included, in its higher tier': {
    seller: 'openrouter',
    model: 'anthropic/claude-sonnet-4.5',
    at: '2026-06-01',
    reported: {
      prompt_tokens: 200_001,
      completion_tokens: 1_000,
      prompt_tokens_details: { cached_tokens: 100_000 },
    },
    dollars: 682_506e-6,
  },
  // At 200,000 still $3 in and $15 out: 200,000 * 3 + 1,000 * 15
  'Claude at 200,000 tokens, still in its first tier': {
    seller: 'openrouter',
    model: 'anthropic/claude-sonnet-4.5',
    at: '2026-06-01',
    reported: { prompt_tokens: 200_000, completion_tokens: 1_000 },
    dollars: 615_000e-6,
  },
  // $1 in and out, and $12 for a thousand requests: 14 * 1 + 200 * 1 + 12,000
  'Perplexity, with a fee per request': {
    seller: 'perplexity',
    model: 'sonar',
    at: '2026-06-01',
    reported: { prompt_tokens: 14, completion_tokens: 200, total_tokens: 214, search_context_size: 'high' },
    dollars: 12_214e-6,
  },
};

test.each(Object.entries(goldens))('%s costs as calculated by hand', (_, golden) => {
  const price = priceOf({ priceId: golden.seller, prices: {} }, golden.model, new Date(golden.at));
  const tokens = readTokens(golden.reported as ReportedUsage);
  if (!price || !tokens) throw new Error('neither price nor usage may be missing');
  expect(toDollars(costOf(price, tokens))).toBeCloseTo(golden.dollars, 9);
});
