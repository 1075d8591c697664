import { timesPowerOfTen } from './decimal.ts';

/** Nano-dollars in a US dollar, for SQL that averages or sums. */
export const nanosPerDollar = 1_000_000_000;

const decimals = 9;

/**
 * Converts nano-dollars to the dollars that clients see. Exact below 2^23 dollars (8.3 million): there, neighbouring
 * doubles lie less than a nano-dollar apart.
 */
export function toDollars(nanos: bigint): number {
  return Number(nanos) / nanosPerDollar;
}

/**
 * Converts dollars, as configuration and price lists state them, to nano-dollars. Throws RangeError for a negative number,
 * for more than nine decimals, and for text that is not a number.
 */
export function toNanos(dollars: number | string): bigint {
  const { whole, exact } = timesPowerOfTen(dollars, decimals);
  if (!exact) throw new RangeError(`${dollars} dollars have more than ${decimals} decimals`);
  return whole;
}

/**
 * Converts nano-dollars to the JSON integer in which services pass money to each other; `BigInt` reads it back. Throws
 * RangeError beyond 2^53 (9 million dollars), because larger JSON numbers are not exact.
 */
export function toJsonNanos(nanos: bigint): number {
  if (nanos > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`${nanos} nano-dollars exceed 2^53`);
  return Number(nanos);
}

/** Formats nano-dollars as a plain decimal number of dollars, without the exponent of JavaScript's small numbers. */
export function toDecimalDollars(nanos: bigint): string {
  const digits = nanos.toString().padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`.replace(/\.?0+$/, '');
}

const currency = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
  maximumFractionDigits: decimals,
});

/** Formats nano-dollars for people, with all their decimals: $1,234.50 or $0.000000001. */
export function formatDollars(nanos: bigint): string {
  return currency.format(toDecimalDollars(nanos) as Intl.StringNumericLiteral);
}
