import { toNanos } from '@valuecanvas/money';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { costOf, pricesFor } from './model-price.ts';
import { anyPrice, anyTokens, priced } from './test-support/any-price.ts';

const least = (one: bigint, other: bigint) => (one < other ? one : other);
const silent = { promptSound: 0, completionSound: 0 };

test('a call costs the sum of its parts, rounded up once to whole nano-dollars', () => {
  const price = priced({ input: 300n, cachedInput: 200n, cacheWrite: 350n, output: 400n, reasoning: 500n });
  const nothing = { prompt: 0, completion: 0, cached: 0, cacheWrite: 0, reasoning: 0, ...silent };
  expect(costOf(price, nothing)).toBe(0n);
  expect(costOf(price, { ...nothing, prompt: 1 })).toBe(1n);
  expect(costOf(price, { ...nothing, prompt: 2, completion: 1 })).toBe(1n);
  expect(costOf(price, { ...nothing, prompt: 3, completion: 1, cached: 1 })).toBe(2n);
  expect(costOf(price, { ...nothing, prompt: 2, cacheWrite: 2, completion: 1 })).toBe(2n);
  expect(costOf(price, { ...nothing, completion: 2, reasoning: 2 })).toBe(1n);
});

test('a fee per call is charged once', () => {
  const nothing = { prompt: 0, completion: 0, cached: 0, cacheWrite: 0, reasoning: 0, ...silent };
  expect(costOf(priced({ perCall: 12_000n }), nothing)).toBe(12n);
});

test('the sum is exact, and rounding adds less than a nano-dollar', () => {
  fc.assert(
    fc.property(anyPrice, anyTokens, (price, used) => {
      const prices = pricesFor(price, used.prompt);
      const cached = BigInt(Math.min(used.cached, used.prompt));
      const cacheWrite = BigInt(Math.min(used.cacheWrite, used.prompt - Number(cached)));
      const reasoning = BigInt(Math.min(used.reasoning, used.completion));
      const fresh = BigInt(used.prompt) - cached - cacheWrite;
      const written = BigInt(used.completion) - reasoning;
      const heard = least(BigInt(used.promptSound), fresh);
      const spoken = least(BigInt(used.completionSound), written);
      const exact =
        price.perCall +
        (fresh - heard) * prices.input +
        heard * (prices.inputSound ?? prices.input) +
        cached * prices.cachedInput +
        cacheWrite * prices.cacheWrite +
        (written - spoken) * prices.output +
        spoken * (prices.outputSound ?? prices.output) +
        reasoning * prices.reasoning;
      const excess = costOf(price, used) * 1_000n - exact;
      expect(excess >= 0n && excess < 1_000n).toBe(true);
    }),
  );
});

test('inconsistent counts never cost less than zero or more than their most expensive interpretation', () => {
  const price = priced({
    input: 10n ** 6n,
    cachedInput: 10n ** 5n,
    cacheWrite: 2n * 10n ** 6n,
    output: 10n ** 6n,
    reasoning: 10n ** 6n,
  });
  const nonsense = {
    prompt: 10,
    completion: 5,
    cached: 1_000,
    cacheWrite: 1_000,
    reasoning: 1_000,
    ...silent,
  };
  expect(costOf(price, nonsense)).toBe(toNanos('0.000006'));
  fc.assert(
    fc.property(anyPrice, anyTokens, (asked, used) => {
      const cost = costOf(asked, used);
      const all = [asked, ...asked.tiers].flatMap((prices) => [
        prices.input,
        prices.cachedInput,
        prices.cacheWrite,
        prices.output,
        prices.reasoning,
        prices.inputSound ?? 0n,
        prices.outputSound ?? 0n,
      ]);
      const highest = all.reduce((most, one) => (one > most ? one : most), 0n);
      const most = asked.perCall + BigInt(used.prompt + used.completion) * highest;
      expect(cost >= 0n && cost <= most / 1_000n + 1n).toBe(true);
    }),
  );
});

test('a price tier applies to the whole call, and only above its threshold', () => {
  const tier = {
    above: 100,
    input: 2_000n,
    cachedInput: 2_000n,
    cacheWrite: 2_000n,
    output: 3_000n,
    reasoning: 0n,
    inputSound: undefined,
    outputSound: undefined,
  };
  const price = priced({ input: 1_000n, output: 1_000n, tiers: [tier] });
  const used = { completion: 10, cached: 0, cacheWrite: 0, reasoning: 0, ...silent };
  expect(costOf(price, { ...used, prompt: 100 })).toBe(110n);
  expect(costOf(price, { ...used, prompt: 101 })).toBe(202n + 30n);
});
