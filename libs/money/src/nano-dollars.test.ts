import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDollars, toDecimalDollars, toDollars, toJsonNanos, toNanos } from './nano-dollars.ts';

const exactAmounts = fc.bigInt({ min: 0n, max: BigInt(Number.MAX_SAFE_INTEGER) });

test('dollars are exact to the nano-dollar, without floating-point noise', () => {
  expect(toDollars(1n)).toBe(0.000000001);
  expect(toDollars(300_000_000n)).toBe(0.3);
  expect(toDollars(1_234_567_890_123_456n)).toBe(1_234_567.890123456);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 23n * 10n ** 9n }), (nanos) => {
      expect(BigInt(toDollars(nanos).toFixed(9).replace('.', ''))).toBe(nanos);
      expect(toNanos(toDollars(nanos))).toBe(nanos);
    }),
  );
});

test('dollars in a configuration are parsed exactly or rejected', () => {
  expect(toNanos(0.5)).toBe(500_000_000n);
  expect(toNanos('1000.000000001')).toBe(1_000_000_000_001n);
  expect(() => toNanos('0.0000000001')).toThrow(RangeError);
  expect(() => toNanos(-1)).toThrow(RangeError);
  expect(() => toNanos('five')).toThrow(RangeError);
});

test('money passes through JSON unchanged, or is refused', () => {
  fc.assert(
    fc.property(exactAmounts, (nanos) => {
      expect(BigInt(JSON.parse(JSON.stringify(toJsonNanos(nanos))))).toBe(nanos);
    }),
  );
  expect(() => toJsonNanos(2n ** 53n)).toThrow(RangeError);
});

test('a decimal number of dollars has no exponent and no trailing zeros', () => {
  expect(toDecimalDollars(0n)).toBe('0');
  expect(toDecimalDollars(1n)).toBe('0.000000001');
  expect(toDecimalDollars(1_500_000_000n)).toBe('1.5');
  expect(toDecimalDollars(10_000_000_000n)).toBe('10');
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), (nanos) => {
      expect(toNanos(toDecimalDollars(nanos))).toBe(nanos);
    }),
  );
});

test('dollars for display have at least two decimals, and as many as they need', () => {
  expect(formatDollars(1_234_500_000_000n)).toBe('$1,234.50');
  expect(formatDollars(1n)).toBe('$0.000000001');
  expect(formatDollars(8_399_439_427_717_528n)).toBe('$8,399,439.427717528');
});
