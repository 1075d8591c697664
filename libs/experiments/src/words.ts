/** Returns a share as a percentage for people: "123 %", "12 %", "1.3 %", "0.045 %". */
export function percentage(share: number): string {
  return `${rounded(share * 100)} %`;
}

/** Returns a difference of shares for people: "1.3 percentage points". */
export function percentagePoints(difference: number): string {
  const points = rounded(difference * 100);
  return `${points} percentage ${points === '1' ? 'point' : 'points'}`;
}

/** Two significant digits, but no fewer than all digits before the decimal point. */
export function rounded(value: number): string {
  const digits = Math.abs(value) >= 10 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 2 };
  return new Intl.NumberFormat('en', digits).format(value);
}

/** Returns a large number with two significant digits: "4,000". */
export function roundNumber(value: number): string {
  return new Intl.NumberFormat('en', { maximumSignificantDigits: 2 }).format(value);
}
