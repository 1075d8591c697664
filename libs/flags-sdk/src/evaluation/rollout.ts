import type { FlagRule } from '@valuecanvas/contracts-feature-flags';
import { murmur3After } from './murmur3.ts';

/** Number of buckets: a rollout has a resolution of a thousandth of a percent. */
const buckets = 100_000;

const hashes = 2 ** 32;

/**
 * Returns true if a targeting key is in a flag's rollout. A key keeps its bucket as long as the flag keeps its salt, so
 * a user who is included at 10 % is also included at 20 %.
 */
export function compileRollout({ salt, rolloutPercentage }: FlagRule): (targetingKey: string) => boolean {
  if (rolloutPercentage >= 100) return () => true;
  const bucketOf = compileBucket(salt);
  const open = Math.round((rolloutPercentage / 100) * buckets);
  return (targetingKey) => bucketOf(targetingKey) < open;
}

/** Returns the bucket of a targeting key, from 0 to 99,999. Scaling the whole hash makes all buckets equally likely. */
export function compileBucket(salt: string): (targetingKey: string) => number {
  const hash = murmur3After(`${salt}:rollout:`);
  // Exact arithmetic: the product stays below 2^53 and the divisor is a power of two.
  return (targetingKey) => Math.floor((hash(targetingKey) * buckets) / hashes);
}
