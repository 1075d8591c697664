export { timesPowerOfTen } from './decimal.ts';
export {
  formatDollars,
  nanosPerDollar,
  toDecimalDollars,
  toDollars,
  toJsonNanos,
  toNanos,
} from './nano-dollars.ts';
