import { AppError } from '@valuecanvas/contracts-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AttemptFailure, backoffMs } from './backoff.ts';

const passing = (retryAfterSeconds: number) =>
  new AttemptFailure(new AppError('RATE_LIMITED', { retryAfterSeconds }));

test('delays double from the first one', () => {
  const waits = [1, 2, 3].map((made) => backoffMs(2_000, made, new Error('x'), () => 0));
  expect(waits).toEqual([2_000, 4_000, 8_000]);
});

test('a delay is never shorter than requested, nor longer than an hour plus jitter', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 100_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (made, seconds, random) => {
        const wait = backoffMs(1_000, made, passing(seconds), () => random);
        expect(wait).toBeGreaterThanOrEqual(Math.min(seconds * 1_000, 3_600_000));
        expect(wait).toBeLessThanOrEqual(3_600_000 * 1.2);
      },
    ),
  );
});
