import type { FlagRule, Variant } from '@valuecanvas/contracts-feature-flags';
import { murmur3After } from './murmur3.ts';

/**
 * Returns the index of a targeting key's variant. Variants are chosen in proportion to their weights. The hash differs
 * from the rollout's, so a growing rollout never changes a user's variant.
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

/** Upper bounds of the variants' shares of the 2^32 hashes. The last variant with a weight ends exactly at 2^32. */
function endsOf(weights: readonly number[]): readonly number[] {
  const sums = weights.map((_, index) => sum(weights.slice(0, index + 1)));
  return sums.map((upToHere) => (upToHere / sum(weights)) * 2 ** 32);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
