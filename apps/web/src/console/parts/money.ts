/** Whole nano-dollars of an amount that the platform sends in dollars with at most nine decimals. Sums of them are exact. */
export function nanosOf(dollars: number): number {
  return Math.round(dollars * 1e9);
}

/** An amount with all of its decimals, for example `$0.412345678`. */
export function exactDollars(nanos: number): string {
  return `$${exactDecimal(nanos)}`;
}

/** An amount with all of its decimals and without a sign of its currency, for example `0.412345678`. */
export function exactDecimal(nanos: number): string {
  const digits = String(nanos).padStart(10, '0');
  const decimals = digits.slice(-9).replace(/0+$/, '').padEnd(2, '0');
  return `${digits.slice(0, -9)}.${decimals}`;
}

const maxDecimals = 6;

/**
 * Returns a format for amounts that stand below each other, all with the same number of decimals: two if each is at least a
 * dollar, otherwise as many as the smallest needs to show two digits, at most six.
 */
export function columnOf(amounts: readonly number[]): (nanos: number) => string {
  const smallest = Math.min(...amounts.filter((nanos) => nanos > 0));
  const needed = Number.isFinite(smallest) ? 1 - Math.floor(Math.log10(smallest / 1e9)) : 2;
  const decimals = smallest >= 1e9 ? 2 : Math.min(maxDecimals, Math.max(2, needed));
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return (nanos) => format.format(nanos / 1e9);
}
