import { murmur3After } from './murmur3.ts';

/**
 * Returns the index of a unit's choice among weights, in proportion to them. The hash differs from the rollout's, so a
 * growing rollout never changes a choice. If the weights are integers that add up to 100,000, this is the rule of
 * rollouts: the choice is the first whose sum of weights exceeds the unit's bucket of 100,000.
 */
export function compileChoice(salt: string, weights: readonly number[]): (unit: string) => number {
  const hash = murmur3After(`${salt}:variant:`);
  const ends = endsOf(weights);
  return (unit) => {
    const point = hash(unit);
    return ends.findIndex((end) => point < end);
  };
}

/** Upper bounds of the shares of the 2^32 hashes. The last choice with a weight ends exactly at 2^32. */
function endsOf(weights: readonly number[]): readonly number[] {
  const sums = weights.map((_, index) => sum(weights.slice(0, index + 1)));
  return sums.map((upToHere) => (upToHere / sum(weights)) * 2 ** 32);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
