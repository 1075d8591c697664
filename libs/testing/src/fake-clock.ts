/** Clock that advances only on request. */
export interface FakeClock {
  /** Returns the time in milliseconds since the epoch. */
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
