import { expect, test } from 'vitest';
import { offeredModels } from '../providers/offered-models.ts';
import { priceOf } from './prices.ts';

const at = new Date('2026-06-01');

test('prices are whole pico-dollars per token', () => {
  expect(priceOf({ priceId: 'openai' }, 'gpt-4o-mini', at)).toEqual({
    input: 150_000n,
    cachedInput: 75_000n,
    output: 600_000n,
  });
});

test('where a price list has no price for cached tokens, they cost as much as fresh ones', () => {
  expect(priceOf({ priceId: 'together' }, 'meta-llama/Llama-3-70b-chat-hf', at)).toEqual({
    input: 900_000n,
    cachedInput: 900_000n,
    output: 900_000n,
  });
});

test.each(offeredModels)('%s has a price, so that it can be offered', (model) => {
  expect(priceOf({ priceId: 'together' }, model, at)).toMatchObject({ input: expect.any(BigInt) });
});

test('a model that a provider does not sell has no price there', () => {
  expect(priceOf({ priceId: 'together' }, 'gpt-4o-mini', at)).toBeUndefined();
  expect(priceOf({ priceId: 'openai' }, 'no-such-model', at)).toBeUndefined();
});

test('a server of one’s own charges nothing for any model', () => {
  expect(priceOf({ priceId: undefined }, 'llama3.2', at)).toEqual({ input: 0n, cachedInput: 0n, output: 0n });
});
