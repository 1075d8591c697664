import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timesPowerOfTen } from './decimal.ts';

test('digits are taken as written, not as a double represents them', () => {
  expect(timesPowerOfTen(0.07, 6)).toEqual({ whole: 70_000n, exact: true });
  expect(timesPowerOfTen('1.000000001', 9)).toEqual({ whole: 1_000_000_001n, exact: true });
  expect(timesPowerOfTen(1e-7, 9)).toEqual({ whole: 100n, exact: true });
  expect(timesPowerOfTen('2.5e3', 0)).toEqual({ whole: 2_500n, exact: true });
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.nat({ max: 9 }), (whole, places) => {
      const digits = whole.toString().padStart(places + 1, '0');
      const text = `${digits.slice(0, digits.length - places)}.${digits.slice(digits.length - places)}`;
      expect(timesPowerOfTen(text, places)).toEqual({ whole, exact: true });
    }),
  );
});

test('excess digits are rounded up and reported', () => {
  expect(timesPowerOfTen(0.0833333333333, 6)).toEqual({ whole: 83_334n, exact: false });
  expect(timesPowerOfTen('0.0000000001', 9)).toEqual({ whole: 1n, exact: false });
});

test.each(['', '.', '-1', '1,5', 'one', 'e5', '0x10', -1, Number.NaN, Number.POSITIVE_INFINITY])(
  '%j is refused',
  (value) => {
    expect(() => timesPowerOfTen(value, 9)).toThrow(RangeError);
  },
);
