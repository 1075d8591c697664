import { expect, test } from 'vitest';
import { columnOf, exactDecimal, exactDollars, nanosOf } from './money.ts';

test('sums of amounts are exact, unlike sums of floating-point dollars', () => {
  const days = [0.1, 0.2, 0.000000003];
  expect(days.reduce((sum, cost) => sum + nanosOf(cost), 0)).toBe(nanosOf(0.300000003));
});

test.each([
  [0, '0.00'],
  [3, '0.000000003'],
  [412_345_678, '0.412345678'],
  [500_000_000, '0.50'],
  [12_000_000_000, '12.00'],
])('%i nano-dollars are shown with all decimals', (nanos, text) => {
  expect(exactDecimal(nanos)).toBe(text);
  expect(exactDollars(nanos)).toBe(`$${text}`);
});

test.each([
  [
    [12_000_000_000, 1_500_000_000],
    ['$12.00', '$1.50'],
  ],
  [
    [412_345_678, 12_000_000_000],
    ['$0.41', '$12.00'],
  ],
  [
    [3_142_000, 412_345_678, 0],
    ['$0.0031', '$0.4123', '$0.0000'],
  ],
  [
    [3, 0],
    ['$0.000000', '$0.000000'],
  ],
  [[], []],
])('the amounts of a column have the same number of decimals', (amounts, texts) => {
  expect(amounts.map(columnOf(amounts))).toEqual(texts);
});
