import { toDollars } from '../pricing/cost.ts';

const format = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
  maximumFractionDigits: 9,
});

/** Nano-dollars for people, with each of them: $1,234.50 or $0.000000001. */
export function dollarText(nanos: bigint): string {
  return format.format(toDollars(nanos));
}
