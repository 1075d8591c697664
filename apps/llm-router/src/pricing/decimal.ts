/** A number in decimal writing, as JavaScript, JSON and people write them; no sign. */
const decimal = /^(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i;

/**
 * A number times a power of ten, without passing through a double. `exact` is false where digits were left over: then
 * `whole` is the next larger whole number. Throws RangeError for anything but a finite number that is not negative.
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
