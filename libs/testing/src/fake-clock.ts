/** A clock that stands still until it is told to go on. */
export interface FakeClock {
  /** Milliseconds since the epoch. */
  now(): number;
  advance(ms: number): void;
}

export function fakeClock(startsAt = Date.UTC(2026, 0, 1)): FakeClock {
  let time = startsAt;
  return {
    now: () => time,
    advance(ms) {
      time += ms;
    },
  };
}
