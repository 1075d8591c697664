import { median } from '../measure/comparison.ts';

/** Growth up to this factor is garbage collector noise. */
const tolerated = 1.1;

/** The growth of a size over a long run. */
export interface Growth {
  /** Ratio of the last fifth to the second; the first fifth is warm-up. */
  readonly factor: number;
  readonly flat: boolean;
}

export function growthOf(sizes: readonly number[]): Growth {
  const fifth = (index: number) =>
    median(sizes.slice((sizes.length * index) / 5, (sizes.length * (index + 1)) / 5));
  const factor = fifth(4) / fifth(1);
  return { factor, flat: factor <= tolerated };
}
