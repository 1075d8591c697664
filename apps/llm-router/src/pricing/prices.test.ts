import { calcPrice, findProvider } from '@pydantic/genai-prices';
import { toDollars } from '@valuecanvas/money';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { offeredModels } from '../providers/offered-models.ts';
import { costOf } from './model-price.ts';
import { priceOf } from './prices.ts';

const at = new Date('2026-06-01');
const sells = (priceId: string | undefined, prices = {}) => ({ priceId, prices });

test('prices are whole pico-dollars per token', () => {
  expect(priceOf(sells('openai'), 'gpt-4o-mini', at)).toEqual({
    input: 150_000n,
    cachedInput: 75_000n,
    cacheWrite: 150_000n,
    output: 600_000n,
    reasoning: 600_000n,
    inputSound: undefined,
    outputSound: undefined,
    perCall: 0n,
    tiers: [],
  });
});

test('cached tokens without their own price cost as much as uncached ones', () => {
  expect(priceOf(sells('together'), 'meta-llama/Llama-3-70b-chat-hf', at)).toMatchObject({
    input: 900_000n,
    cachedInput: 900_000n,
    cacheWrite: 900_000n,
    output: 900_000n,
  });
});

test.each(offeredModels)('%s has a price, so that it can be offered', (model) => {
  expect(priceOf(sells('together'), model, at)).toMatchObject({ input: expect.any(BigInt) });
});

test('a model that a provider does not list has no price', () => {
  expect(priceOf(sells('together'), 'gpt-4o-mini', at)).toBeUndefined();
  expect(priceOf(sells('openai'), 'no-such-model', at)).toBeUndefined();
  expect(priceOf(sells('no-such-provider'), 'gpt-4o-mini', at)).toBeUndefined();
});

test('a search model, which charges per search in addition, has no price', () => {
  expect(priceOf(sells('openai'), 'gpt-4o-search-preview', at)).toBeUndefined();
  expect(
    priceOf(
      sells('openai', { 'gpt-4o-search-preview': { input: 9, output: 9 } }),
      'gpt-4o-search-preview',
      at,
    ),
  ).toBeDefined();
});

test.each(['text-embedding-3-small', 'whisper-1'])('%s is not a chat model, so it has no price', (model) => {
  expect(priceOf(sells('openai'), model, at)).toBeUndefined();
});

test('a self-hosted server is free for models without a configured price', () => {
  expect(priceOf(sells(undefined), 'llama3.2', at)).toMatchObject({ input: 0n, cachedInput: 0n, output: 0n });
  const priced = sells(undefined, { 'llama3.2': { input: 0.07, output: 0.2 } });
  expect(priceOf(priced, 'llama3.2', at)).toMatchObject({
    input: 70_000n,
    cachedInput: 70_000n,
    output: 200_000n,
  });
  expect(priceOf(priced, 'constructor', at)).toMatchObject({ input: 0n });
});

test('a configured price overrides the price data', () => {
  const prices = { 'gpt-4o-mini': { input: 1, output: 2, cachedInput: 0.5, cacheWrite: 1.25 } };
  expect(priceOf(sells('openai', prices), 'gpt-4o-mini', at)).toMatchObject({
    input: 1_000_000n,
    cachedInput: 500_000n,
    cacheWrite: 1_250_000n,
    output: 2_000_000n,
  });
  expect(priceOf(sells('openai', prices), 'gpt-4o', at)).toMatchObject({ input: 2_500_000n });
});

test('a price that changes on a date is that of the call’s day, in any order of lookups', () => {
  const openai = sells('openai');
  const before = () => priceOf(openai, 'o3', new Date('2025-06-09T23:59:59.999Z'));
  const after = () => priceOf(openai, 'o3', new Date('2025-06-10T00:00:00Z'));
  expect(before()).toMatchObject({ input: 10_000_000n });
  expect(after()).toMatchObject({ input: 2_000_000n });
  expect(before()).toMatchObject({ input: 10_000_000n });
});

test('a price that changes within the day is that of the call’s minute', () => {
  const deepseek = sells('deepseek');
  const inputAt = (time: string) =>
    priceOf(deepseek, 'deepseek-chat', new Date(`2026-06-01T${time}Z`))?.input;
  expect(inputAt('00:29:59.999')).toBe(135_000n);
  expect(inputAt('00:30:00')).toBe(270_000n);
  expect(inputAt('16:29:59')).toBe(270_000n);
  expect(inputAt('16:30:00')).toBe(135_000n);
});

test('a price is looked up once per day, regardless of lookups of other models', () => {
  const openai = sells('openai');
  const price = priceOf(openai, 'gpt-4o', at);
  for (let index = 0; index < 500; index += 1) priceOf(openai, `no-such-model-${index}`, at);
  expect(priceOf(openai, 'gpt-4o', new Date(at.getTime() + 3_600_000))).toBe(price);
});

const sellers = [
  'openai',
  'anthropic',
  'together',
  'openrouter',
  'deepseek',
  'perplexity',
  'google',
  'mistral',
];

test.each(sellers)(
  'every call of every model of %s costs the same as by the price data, to the nano-dollar',
  (priceId) => {
    const source = sells(priceId);
    const models = findProvider({ providerId: priceId })?.models ?? [];
    const portion = fc.double({ min: 0, max: 1, noNaN: true });
    const whenever = fc.date({
      min: new Date('2025-01-01'),
      max: new Date('2027-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.nat({ max: 1_500_000 }),
        fc.nat({ max: 100_000 }),
        portion,
        portion,
        whenever,
        ({ id }, prompt, completion, cachedPortion, reasoningPortion, timestamp) => {
          const price = priceOf(source, id, timestamp);
          if (!price) return;
          const cached = Math.floor(prompt * cachedPortion);
          const cacheWrite = Math.floor((prompt - cached) / 2);
          const reasoning = Math.floor(completion * reasoningPortion);
          const usage = {
            input_tokens: prompt,
            cache_read_tokens: cached,
            cache_write_tokens: cacheWrite,
            output_tokens: completion,
            output_reasoning_tokens: reasoning,
          };
          const expected =
            calcPrice(usage, id, { providerId: priceId, timestamp })?.total_price ?? Number.NaN;
          const actual = toDollars(
            costOf(price, {
              prompt,
              completion,
              cached,
              cacheWrite,
              reasoning,
              promptSound: 0,
              completionSound: 0,
            }),
          );
          // Two of their prices are finer than a pico-dollar per token.
          expect(Math.abs(actual - expected)).toBeLessThanOrEqual(2e-9 + expected * 1e-5);
        },
      ),
      { numRuns: 300 },
    );
  },
);
