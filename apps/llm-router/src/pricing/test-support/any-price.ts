import fc from 'fast-check';
import { free, type ModelPrice, type PaidTokens, type TokenPrices } from '../model-price.ts';

/** A price with the given fields only. */
export const priced = (price: Partial<ModelPrice>): ModelPrice => ({ ...free, ...price });

const picos = fc.bigInt({ min: 0n, max: 10n ** 8n });

const tokenPrices: fc.Arbitrary<TokenPrices> = fc.record({
  input: picos,
  cachedInput: picos,
  cacheWrite: picos,
  output: picos,
  reasoning: picos,
  inputSound: fc.option(picos, { nil: undefined }),
  outputSound: fc.option(picos, { nil: undefined }),
});

const tiers = fc
  .uniqueArray(fc.nat({ max: 1_000_000 }), { maxLength: 3 })
  .chain((starts) =>
    fc.tuple(
      ...starts.sort((a, b) => a - b).map((above) => tokenPrices.map((prices) => ({ ...prices, above }))),
    ),
  );

/** Any price, plausible or not: cached input may cost more than uncached, and a tier less than the one before. */
export const anyPrice: fc.Arbitrary<ModelPrice> = fc
  .tuple(tokenPrices, picos, tiers)
  .map(([prices, perCall, tiersAbove]) => ({ ...prices, perCall, tiers: tiersAbove }));

const count = fc.nat({ max: 2_000_000 });

/** Any counts, consistent or not. */
export const anyTokens: fc.Arbitrary<PaidTokens> = fc.record({
  prompt: count,
  completion: count,
  cached: count,
  cacheWrite: count,
  reasoning: count,
  promptSound: count,
  completionSound: count,
});
