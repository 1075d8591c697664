import { fakeClock } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { createStreamTokens } from './stream-tokens.ts';

const hours = (count: number) => count * 3_600_000;

test('a token stays the same all day, and is valid until the end of the next day on every replica', () => {
  const clock = fakeClock(Date.UTC(2026, 0, 1, 0));
  const [one, other] = [createStreamTokens('secret', clock.now), createStreamTokens('secret', clock.now)];
  const token = one.current();
  clock.advance(hours(23));
  expect(one.current()).toBe(token);
  clock.advance(hours(24.9));
  expect(one.current()).not.toBe(token);
  expect(other.isValid(token)).toBe(true);
  clock.advance(hours(0.1));
  expect(other.isValid(token)).toBe(false);
});

test('a token of another secret is refused', () => {
  const clock = fakeClock();
  const foreign = createStreamTokens('another', clock.now).current();
  expect(createStreamTokens('secret', clock.now).isValid(foreign)).toBe(false);
});
