import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProviderError, type ProviderErrorOptions, type ProviderFault } from '../providers/provider-error.ts';
import { createRetryDelay, type RetryOptions, type Tried } from './retry.ts';

const error = (fault: ProviderFault, options?: ProviderErrorOptions) =>
  new ProviderError(fault, 'a', 'failed', options);

const delayOf = (failure: ProviderError, tried: Partial<Tried> = {}, options: Partial<RetryOptions> = {}) =>
  createRetryDelay({ retries: 1, random: () => 0.5, ...options })(failure, {
    attempts: 1,
    remainingMs: 60_000,
    ...tried,
  });

const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const anyAsked = fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined });
const anyRemaining = fc.integer({ min: 0, max: 10_000 });
const anyAttempts = fc.integer({ min: 1, max: 8 });

test.each<[ProviderFault, boolean]>([
  ['rate_limited', true],
  ['unavailable', true],
  ['timeout', false],
  ['bad_response', false],
  ['caller', false],
  ['not_served', false],
  ['cancelled', false],
  ['shut_off', false],
  ['overloaded', false],
])('the same provider is retried after %s: %s', (fault, isRetried) => {
  expect(delayOf(error(fault)) !== undefined).toBe(isRetried);
});

test('an answer that had started, and may be billed, is not retried', () => {
  expect(delayOf(error('unavailable', { receivedBytes: 1, billed: 'maybe' }))).toBeUndefined();
  expect(delayOf(error('unavailable', { receivedBytes: 1, billed: 'no' }))).toBeDefined();
});

test('a provider that refuses our key or account is not retried', () => {
  expect(delayOf(error('unavailable', { isLasting: true }))).toBeUndefined();
  expect(delayOf(error('rate_limited', { isLasting: true }))).toBeUndefined();
});

test('a provider is retried as often as configured', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5 }), anyAttempts, (retries, attempts) => {
      const delay = delayOf(error('unavailable'), { attempts }, { retries });
      expect(delay !== undefined).toBe(attempts <= retries);
    }),
  );
});

test('a wait never exceeds the caller’s deadline', () => {
  fc.assert(
    fc.property(anyAttempts, anyRemaining, anyAsked, anyRandom, (attempts, remainingMs, asked, random) => {
      const failure = error('rate_limited', { retryAfterSeconds: asked });
      const delay = delayOf(failure, { attempts, remainingMs }, { retries: 8, random: () => random });
      if (delay !== undefined) expect(delay).toBeLessThan(remainingMs);
    }),
  );
});

test('a wait is never shorter than the provider’s retry-after', () => {
  fc.assert(
    fc.property(anyAttempts, anyAsked, anyRandom, (attempts, asked, random) => {
      const failure = error('rate_limited', { retryAfterSeconds: asked });
      const delay = delayOf(failure, { attempts }, { retries: 8, random: () => random });
      if (delay !== undefined) expect(delay).toBeGreaterThanOrEqual((asked ?? 0) * 1_000);
    }),
  );
});

test('a provider with a retry-after of more than two seconds is not retried', () => {
  expect(delayOf(error('rate_limited', { retryAfterSeconds: 2 }))).toBe(2_125);
  expect(delayOf(error('rate_limited', { retryAfterSeconds: 3 }))).toBeUndefined();
});

test('waits are spread over a range that doubles up to two seconds', () => {
  fc.assert(
    fc.property(anyAttempts, anyRandom, (attempts, random) => {
      const range = Math.min(2_000, 250 * 2 ** (attempts - 1));
      const delay = delayOf(error('unavailable'), { attempts }, { retries: 8, random: () => random });
      expect(delay).toBe(Math.round(random * range));
    }),
  );
});

test('a call that could hardly finish before the deadline is not retried', () => {
  expect(delayOf(error('unavailable'), { remainingMs: 625 })).toBe(125);
  expect(delayOf(error('unavailable'), { remainingMs: 624 })).toBeUndefined();
});
