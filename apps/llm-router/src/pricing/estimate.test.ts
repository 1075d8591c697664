import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Tokens } from '../protocol/tokens.ts';
import { estimateTokens } from './estimate.ts';
import { costOf } from './model-price.ts';
import { anyPrice } from './test-support/any-price.ts';
import { maxCost } from './upper-bound.ts';

const bound = { promptTokens: 900, completionTokens: 100, heard: false, spoken: false };

const counts = (prompt: number, completion: number): Tokens => ({
  prompt,
  completion,
  cached: 0,
  cacheWrite: 0,
  reasoning: 0,
  promptSound: 0,
  completionSound: 0,
  estimated: false,
});

test('prompt and received content are estimated by their bytes, three per token', () => {
  expect(estimateTokens(bound, { questionBytes: 301, answerBytes: 31, counted: undefined })).toEqual({
    ...counts(101, 11),
    estimated: true,
  });
});

test('a call without a received byte is estimated by its prompt', () => {
  expect(estimateTokens(bound, { questionBytes: 301, answerBytes: 0, counted: undefined })).toMatchObject({
    prompt: 101,
    completion: 0,
  });
});

test('content after the provider’s counts is added to them', () => {
  expect(estimateTokens(bound, { questionBytes: 301, answerBytes: 31, counted: counts(40, 7) })).toEqual({
    ...counts(40, 18),
    estimated: true,
  });
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
      fc.boolean(),
      (price, promptTokens, completionTokens, questionBytes, answerBytes, heard, spoken, isCounted) => {
        const within = { promptTokens, completionTokens, heard, spoken };
        const counted = isCounted ? counts(promptTokens, Math.floor(completionTokens / 2)) : undefined;
        const tokens = estimateTokens(within, { questionBytes, answerBytes, counted });
        expect(costOf(price, tokens) <= maxCost(price, within)).toBe(true);
        expect(tokens.prompt).toBeLessThanOrEqual(promptTokens);
        expect(tokens.completion).toBeLessThanOrEqual(completionTokens);
      },
    ),
  );
});
