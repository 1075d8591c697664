/** Failures: their number, and a description of the first. */
export interface Faults {
  readonly count: number;
  readonly first: string | undefined;
}

export interface FaultCount {
  add(what: string): void;
  all(): Faults;
}

export function countFaults(): FaultCount {
  let count = 0;
  let first: string | undefined;
  return {
    add(what) {
      count += 1;
      first ??= what;
    },
    all: () => ({ count, first }),
  };
}
