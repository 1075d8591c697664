import fc from 'fast-check';
import { expect, test } from 'vitest';
import { estimateBrokenOff, estimateUnanswered, estimateUncounted } from './estimate.ts';
import { anyPrice, priced } from './test-support/any-price.ts';
import { maxCost } from './upper-bound.ts';

const price = priced({
  input: 1_000n,
  cachedInput: 500n,
  cacheWrite: 2_000n,
  output: 3_000n,
  reasoning: 3_000n,
});
const bound = { promptTokens: 900, completionTokens: 100, heard: false, spoken: false };

test('an unanswered call is booked at its maximum cost', () => {
  const { tokens, costNanos } = estimateUnanswered(price, bound);
  expect(costNanos).toBe(maxCost(price, bound));
  expect(tokens).toMatchObject({ prompt: 900, completion: 100, estimated: true });
});

test('an answer that broke off is booked with the whole prompt and the received bytes', () => {
  expect(estimateBrokenOff(price, bound, 40)).toEqual({
    tokens: {
      prompt: 900,
      completion: 40,
      cached: 0,
      cacheWrite: 0,
      reasoning: 0,
      promptSound: 0,
      completionSound: 0,
      estimated: true,
    },
    costNanos: 1_800n + 120n,
  });
});

test('a complete answer without usage is booked by its bytes, three per token', () => {
  const { tokens, costNanos } = estimateUncounted(price, bound, { question: 301, answer: 30 });
  expect(tokens).toMatchObject({ prompt: 101, completion: 10, cached: 0, estimated: true });
  expect(costNanos).toBe(101n + 30n);
});

test('no estimate exceeds the reservation', () => {
  const size = fc.nat({ max: 2_000_000 });
  fc.assert(
    fc.property(
      anyPrice,
      size,
      size,
      size,
      size,
      fc.boolean(),
      fc.boolean(),
      (asked, promptTokens, completionTokens, question, answer, heard, spoken) => {
        const within = { promptTokens, completionTokens, heard, spoken };
        const worst = maxCost(asked, within);
        const estimates = [
          estimateUnanswered(asked, within),
          estimateBrokenOff(asked, within, answer),
          estimateUncounted(asked, within, { question, answer }),
        ];
        for (const { tokens, costNanos } of estimates) {
          expect(costNanos <= worst).toBe(true);
          expect(tokens.prompt).toBeLessThanOrEqual(promptTokens);
          expect(tokens.completion).toBeLessThanOrEqual(completionTokens);
        }
      },
    ),
  );
});
