/** A decimal number as JavaScript, JSON and people write it, without a sign. */
const decimal = /^(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i;

/**
 * Multiplies a number by a power of ten without passing through a double. If digits are left over, `exact` is false and
 * `whole` is rounded up. Throws RangeError for anything but a finite number of 0 or more.
 */
export function timesPowerOfTen(
  value: number | string,
  power: number,
): { readonly whole: bigint; readonly exact: boolean } {
  const [, units = '', fraction = '', exponent = '0'] = decimal.exec(String(value).trim()) ?? [];
  if (units + fraction === '') throw new RangeError(`${JSON.stringify(value)} is not a number of 0 or more`);
  const digits = BigInt(units + fraction);
  const shift = power + Number(exponent) - fraction.length;
  if (shift >= 0) return { whole: digits * 10n ** BigInt(shift), exact: true };
  const divisor = 10n ** BigInt(-shift);
  return { whole: (digits + divisor - 1n) / divisor, exact: digits % divisor === 0n };
}
