import { expect, test } from 'vitest';
import { openaiServiceTiers } from '../providers/openai/service-tiers.ts';
import { highestPriceFor, priceInTier, toModelPrice } from './model-price.ts';
import { priceOf } from './prices.ts';

const price = toModelPrice({ input: 2, cachedInput: 1, output: 8 });
const openai = { priceId: 'openai', prices: {}, serviceTiers: openaiServiceTiers };
const of = (model: string) => ({ model, price });

/** From OpenAI's page on priority processing, in dollars per million tokens. */
test.each([
  ['gpt-4o', 4.25, 2.125, 17],
  ['gpt-4o-mini', 0.25, 0.125, 1],
  ['gpt-4.1', 3.5, 0.875, 14],
  ['gpt-4.1-mini', 0.7, 0.175, 2.8],
  ['gpt-4.1-nano', 0.2, 0.05, 0.8],
  ['gpt-5', 2.5, 0.25, 20],
  ['gpt-5-mini', 0.45, 0.045, 3.6],
  ['gpt-5.1', 2.5, 0.25, 20],
  ['gpt-5.2', 3.5, 0.35, 28],
  ['o3', 3.5, 0.875, 14],
  ['o4-mini', 2, 0.5, 8],
])('%s has its provider’s priority prices', (model, input, cachedInput, output) => {
  const standard = priceOf(openai, model, new Date('2026-11-01T00:00:00Z'));
  if (!standard) throw new Error(`${model} has no price`);
  const listed = toModelPrice({ input, cachedInput, output });
  expect(priceInTier(openai, { model, price: standard }, 'priority')).toMatchObject({
    input: listed.input,
    cachedInput: listed.cachedInput,
    output: listed.output,
    reasoning: listed.output,
    tiers: [],
  });
});

test('a dated model version costs as much as the model, unless it has its own price', () => {
  expect(priceInTier(openai, of('gpt-4o-2024-11-20'), 'priority')?.input).toBe(3_400_000n);
  expect(priceInTier(openai, of('gpt-4o-2024-05-13'), 'priority')?.input).toBe(3_500_000n);
});

test('an answer of the flex tier costs half, and one of the standard tier the price of the data', () => {
  expect(priceInTier(openai, of('o3'), 'flex')).toMatchObject({
    input: 1_000_000n,
    cachedInput: 500_000n,
    output: 4_000_000n,
  });
  expect(priceInTier(openai, of('o3'), 'default')).toBe(price);
});

test.each(['scale', 'constructor', '', 7, null, undefined, {}])('%j is not a tier with a price', (tier) => {
  expect(priceInTier(openai, of('o3'), tier)).toBeUndefined();
});

test('the maximum price is that of the most expensive tier in which the answer may be served', () => {
  const most = (tier: unknown, model = 'o3') => highestPriceFor(openai, of(model), tier)?.output;
  expect([undefined, null, 'default', 'flex'].map((tier) => most(tier))).toEqual(Array(4).fill(8_000_000n));
  expect([most('priority'), most('auto')]).toEqual([14_000_000n, 14_000_000n]);
  expect(most('auto', 'gpt-4')).toBe(8_000_000n);
  expect([most('priority', 'gpt-4'), most('scale'), most('__proto__'), most(7)]).toEqual(
    Array(4).fill(undefined),
  );
});

test('the tier changes prices above a threshold, but not the fee per call', () => {
  const tiered = { ...price, perCall: 5n, tiers: [{ ...price, above: 9, input: 3n }] };
  expect(priceInTier(openai, { model: 'o3', price: tiered }, 'flex')).toMatchObject({
    perCall: 5n,
    tiers: [{ above: 9, input: 2n, output: 4_000_000n }],
  });
});

test('the tier changes the price of audio as that of text, if audio has a price', () => {
  const heard = { ...price, inputSound: 10n, outputSound: undefined };
  expect(priceInTier(openai, { model: 'o3', price: heard }, 'flex')).toMatchObject({
    inputSound: 5n,
    outputSound: undefined,
  });
});

test('tiers change nothing for a provider with a single price', () => {
  expect(highestPriceFor({ serviceTiers: undefined }, of('o3'), 'priority')).toBe(price);
  expect(priceInTier({ serviceTiers: undefined }, of('o3'), 'flex')).toBe(price);
});
