import { expect, test } from 'vitest';
import { createStampReader, stampNow } from './stamps.ts';

test('a stamp yields the transit time of its chunk', () => {
  const stamps = createStampReader(() => 5_000_000_000n);
  expect(stamps.delaysIn(Buffer.from('a @4998000000@ b @4999500000@ c'))).toEqual([2, 0.5]);
});

test('a stamp that arrives in two pieces is read once', () => {
  const stamps = createStampReader(() => 5_000_000_000n);
  expect(stamps.delaysIn(Buffer.from('word @49990'))).toEqual([]);
  expect(stamps.delaysIn(Buffer.from('00000@ end'))).toEqual([1]);
  expect(stamps.delaysIn(Buffer.from('nothing more'))).toEqual([]);
});

test('a new stamp has almost no age', () => {
  const [delay = Number.NaN] = createStampReader().delaysIn(Buffer.from(stampNow()));
  expect(delay).toBeGreaterThanOrEqual(0);
});
