import type { Sample } from './sample.ts';

/**
 * The samples of one setting. Contenders are compared within a round, because the machine's speed varies between rounds,
 * and the median of the rounds counts. NaN marks missing measurements.
 */
export interface Comparison {
  /** Contenders in the order of their first samples. */
  contenders(): string[];
  /** All samples of a contender. */
  metrics(contender: string): string[];
  value(contender: string, metric: string): number;
  largest(contender: string, metric: string): number;
  /** Difference to `base`. */
  added(contender: string, metric: string, base: string): number;
  /** Ratio to `reference`. */
  ratio(contender: string, metric: string, reference: string): number;
  /** Difference to `base`, as a ratio to that of `reference`. Rounds in which `reference` adds nothing do not count. */
  addedRatio(contender: string, metric: string, names: { reference: string; base: string }): number;
  errors(contender: string): number;
}

export function compare(samples: readonly Sample[]): Comparison {
  const rounds = [...new Set(samples.map(({ round }) => round))];
  const at = (round: number, contender: string, metric: string): number =>
    samples.find((sample) => sample.round === round && sample.contender === contender)?.values[metric] ??
    Number.NaN;
  const overRounds = (figure: (round: number) => number): number => median(rounds.map(figure));
  const addedAt = (round: number, contender: string, metric: string, base: string): number =>
    at(round, contender, metric) - at(round, base, metric);
  return {
    contenders: () => [...new Set(samples.map(({ contender }) => contender))],
    metrics: (contender) => {
      const own = samples.filter((sample) => sample.contender === contender);
      return [...new Set(own.flatMap(({ values }) => Object.keys(values)))];
    },
    value: (contender, metric) => overRounds((round) => at(round, contender, metric)),
    largest: (contender, metric) =>
      rounds
        .map((round) => at(round, contender, metric))
        .reduce((a, b) => (b > a || Number.isNaN(a) ? b : a)),
    added: (contender, metric, base) => overRounds((round) => addedAt(round, contender, metric, base)),
    ratio: (contender, metric, reference) =>
      overRounds((round) => ratioOf(at(round, contender, metric), at(round, reference, metric))),
    addedRatio: (contender, metric, { reference, base }) =>
      overRounds((round) =>
        ratioOf(addedAt(round, contender, metric, base), addedAt(round, reference, metric, base)),
      ),
    errors: (contender) =>
      samples.filter((sample) => sample.contender === contender).reduce((sum, { errors }) => sum + errors, 0),
  };
}

const ratioOf = (value: number, reference: number) => (reference > 0 ? value / reference : Number.NaN);

/** Returns the median, ignoring NaN. */
export function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
