import type { FlagRule } from '@valuecanvas/contracts-feature-flags';
import { murmur3After } from './murmur3.ts';

/** A rollout is cut into thousandths of a percent. */
const buckets = 100_000;

const hashes = 2 ** 32;

/**
 * Whether a targeting key is in a flag's rollout. A key keeps its bucket for as long as the flag keeps its salt, so
 * whoever is in at 10 % is in at 20 %.
 */
export function compileRollout({ salt, rolloutPercentage }: FlagRule): (targetingKey: string) => boolean {
  if (rolloutPercentage >= 100) return () => true;
  const bucketOf = compileBucket(salt);
  const open = Math.round((rolloutPercentage / 100) * buckets);
  return (targetingKey) => bucketOf(targetingKey) < open;
}

/** The bucket of a targeting key, from 0 to 99,999. Scaling the whole hash keeps all of them equally likely. */
export function compileBucket(salt: string): (targetingKey: string) => number {
  const hash = murmur3After(`${salt}:rollout:`);
  // The product stays below 2^53 and the divisor is a power of two: the arithmetic is exact.
  return (targetingKey) => Math.floor((hash(targetingKey) * buckets) / hashes);
}
