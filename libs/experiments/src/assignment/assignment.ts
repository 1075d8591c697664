import { compileChoice } from './choice.ts';
import { compileRollout } from './rollout.ts';

/** Arm of an experiment. */
export interface Arm {
  readonly key: string;
  /** Share of the units in the experiment, in 1/100,000. The weights of all arms add up to 100,000. */
  readonly weight: number;
}

export interface Split {
  /** Unique for each experiment, so that experiments are independent of each other. */
  readonly salt: string;
  /** Percentage of all units that take part, with up to three decimals. It may grow while the experiment runs. */
  readonly coverage: number;
  /** The arms in a fixed order. Weights must not change while the experiment runs, because units would change arms. */
  readonly arms: readonly Arm[];
}

/** Sum of the weights of an experiment's arms. */
const totalWeight = 100_000;

/**
 * Returns the arm of a unit, or undefined if the unit does not take part. A unit keeps its arm for the whole experiment:
 * a growing coverage adds units and moves none. Throws a RangeError if the weights are not integers with a sum of 100,000.
 */
export function compileAssignment({ salt, coverage, arms }: Split): (unit: string) => Arm | undefined {
  const weights = arms.map(({ weight }) => weight);
  if (!weights.every((weight) => Number.isInteger(weight) && weight >= 0))
    throw new RangeError('The weights of arms must be integers from 0, in 1/100,000.');
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum !== totalWeight)
    throw new RangeError(`The weights of all arms must add up to ${totalWeight}, not ${sum}.`);

  const takesPart = compileRollout(salt, coverage);
  const choose = compileChoice(salt, weights);
  return (unit) => (takesPart(unit) ? arms[choose(unit)] : undefined);
}
