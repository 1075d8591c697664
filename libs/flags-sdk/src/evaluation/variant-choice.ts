import type { FlagRule, Variant } from '@valuecanvas/contracts-feature-flags';
import { murmur3After } from './murmur3.ts';

/**
 * Which variant a targeting key gets, as an index; each in proportion to its weight. The hash is not the rollout's, so
 * a growing rollout moves nobody from one variant to another.
 */
export function compileVariantChoice(
  salt: FlagRule['salt'],
  variants: readonly Variant[],
): (targetingKey: string) => number {
  const hash = murmur3After(`${salt}:variant:`);
  const ends = endsOf(variants.map(({ weight }) => weight));
  return (targetingKey) => {
    const point = hash(targetingKey);
    return ends.findIndex((end) => point < end);
  };
}

/** Where each variant's share of the 2^32 hashes ends; the last one with a weight ends exactly at 2^32. */
function endsOf(weights: readonly number[]): readonly number[] {
  const sums = weights.map((_, index) => sum(weights.slice(0, index + 1)));
  return sums.map((upToHere) => (upToHere / sum(weights)) * 2 ** 32);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
