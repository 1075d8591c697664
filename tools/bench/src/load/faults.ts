/** What went wrong: how often, and the first of it in words. */
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
