import { median } from '../measure/comparison.ts';

/** Growth up to here is noise of the garbage collector. */
const tolerated = 1.1;

/** How a size developed over a long run. */
export interface Growth {
  /** The last fifth over the second one; the first is warm-up. */
  readonly factor: number;
  readonly flat: boolean;
}

export function growthOf(sizes: readonly number[]): Growth {
  const fifth = (index: number) =>
    median(sizes.slice((sizes.length * index) / 5, (sizes.length * (index + 1)) / 5));
  const factor = fifth(4) / fifth(1);
  return { factor, flat: factor <= tolerated };
}
