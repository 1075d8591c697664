import { murmur3After } from './murmur3.ts';

/** Number of buckets: a rollout has a resolution of a thousandth of a percent. */
const buckets = 100_000;

const hashes = 2 ** 32;

/** Returns the bucket of a unit, from 0 to 99,999. Scaling the whole hash makes all buckets equally likely. */
export function compileBucket(salt: string): (unit: string) => number {
  const hash = murmur3After(`${salt}:rollout:`);
  // Exact arithmetic: the product stays below 2^53 and the divisor is a power of two.
  return (unit) => Math.floor((hash(unit) * buckets) / hashes);
}

/**
 * Returns true if a unit is in a rollout. A unit keeps its bucket as long as the rollout keeps its salt, so a unit that is
 * included at 10 % is also included at 20 %.
 */
export function compileRollout(salt: string, percentage: number): (unit: string) => boolean {
  if (percentage >= 100) return () => true;
  const bucketOf = compileBucket(salt);
  const open = Math.round((percentage / 100) * buckets);
  return (unit) => bucketOf(unit) < open;
}
