import fc from 'fast-check';
import { expect, test } from 'vitest';
import { costOf, toDollars } from './cost.ts';

const picos = fc.bigInt({ min: 0n, max: 10n ** 9n });
/** Cached input never costs more than fresh. */
const price = fc
  .record({ cachedInput: picos, more: picos, output: picos })
  .map(({ cachedInput, more, output }) => ({ input: cachedInput + more, cachedInput, output }));
const count = fc.nat({ max: 2_000_000 });
const tokens = fc.record({ prompt: count, completion: count, cached: count });

test('a call costs the sum of its parts, rounded up once to whole nano-dollars', () => {
  const fractions = { input: 300n, cachedInput: 200n, output: 400n };
  expect(costOf(fractions, { prompt: 0, completion: 0, cached: 0 })).toBe(0n);
  expect(costOf(fractions, { prompt: 1, completion: 0, cached: 0 })).toBe(1n);
  expect(costOf(fractions, { prompt: 2, completion: 1, cached: 0 })).toBe(1n);
  expect(costOf(fractions, { prompt: 3, completion: 1, cached: 1 })).toBe(2n);
  fc.assert(
    fc.property(price, tokens, (asked, used) => {
      const cached = BigInt(Math.min(used.cached, used.prompt));
      const exact =
        (BigInt(used.prompt) - cached) * asked.input +
        cached * asked.cachedInput +
        BigInt(used.completion) * asked.output;
      const excess = costOf(asked, used) * 1_000n - exact;
      expect(excess >= 0n && excess < 1_000n).toBe(true);
    }),
  );
});

test('no call has a negative cost, not even with more cached tokens than there are', () => {
  fc.assert(
    fc.property(price, tokens, (asked, used) => {
      expect(costOf(asked, used) >= 0n).toBe(true);
    }),
  );
});

test('more tokens never cost less, and more cached ones never more', () => {
  fc.assert(
    fc.property(price, tokens, count, (asked, used, more) => {
      const cost = costOf(asked, used);
      expect(costOf(asked, { ...used, prompt: used.prompt + more }) >= cost).toBe(true);
      expect(costOf(asked, { ...used, completion: used.completion + more }) >= cost).toBe(true);
      expect(costOf(asked, { ...used, cached: used.cached + more }) <= cost).toBe(true);
    }),
  );
});

test('dollars show each nano-dollar and no noise', () => {
  expect(toDollars(1n)).toBe(0.000000001);
  expect(toDollars(300_000_000n)).toBe(0.3);
  expect(toDollars(1_234_567_890_123_456n)).toBe(1_234_567.890123456);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (nanos) => {
      expect(BigInt(toDollars(nanos).toFixed(9).replace('.', ''))).toBe(nanos);
    }),
  );
});
