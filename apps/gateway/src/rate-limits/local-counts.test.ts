import { fakeClock } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { createLocalCounts } from './local-counts.ts';

function ownCounts() {
  const clock = fakeClock();
  return { clock, count: createLocalCounts({ windowMs: 60_000, now: clock.now }) };
}

test('a key that exceeds its limit is refused until the window ends', () => {
  const { clock, count } = ownCounts();
  expect(count('a', 2)).toEqual({ max: 2, remaining: 1, ttlInSeconds: 60, isExceeded: false });
  clock.advance(500);
  expect(count('a', 2)).toEqual({ max: 2, remaining: 0, ttlInSeconds: 60, isExceeded: false });
  clock.advance(58_600);
  expect(count('a', 2)).toEqual({ max: 2, remaining: 0, ttlInSeconds: 1, isExceeded: true });
  clock.advance(900);
  expect(count('a', 2)).toEqual({ max: 2, remaining: 1, ttlInSeconds: 60, isExceeded: false });
});

test('each key has its own counter', () => {
  const { count } = ownCounts();
  count('a', 1);
  expect(count('a', 1).isExceeded).toBe(true);
  expect(count('b', 1).isExceeded).toBe(false);
});

test('beyond the capacity, recently used counters are kept', () => {
  const { count } = ownCounts();
  for (let other = 0; other < 20_000; other += 1) {
    count(`other-${other}`, 1);
    if (other % 1_000 === 0) count('busy', 1);
  }
  expect(count('busy', 1).isExceeded).toBe(true);
  expect(count('other-0', 1).isExceeded).toBe(false);
});
