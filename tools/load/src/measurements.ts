import { type Action, actionNames, type Observation } from './journey.ts';

/** Requests of one kind, or of all. */
export interface Figures {
  readonly requests: number;
  readonly failures: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** Requests that were answered within a few seconds of the run. */
export interface Interval extends Figures {
  /** Seconds since the start of the run at which the interval ends. */
  readonly at: number;
  readonly seconds: number;
  readonly users: number;
  readonly cacheHits: number;
}

export interface Result {
  readonly all: Figures;
  readonly byAction: readonly (Figures & { readonly action: Action })[];
  /** Failed requests by action and status, most frequent first. */
  readonly failures: readonly { readonly action: Action; readonly status: number; readonly count: number }[];
  /** Share of models' answers that came from the cache; NaN without any. */
  readonly cacheHits: number;
  /** Requests per second while the number of users was constant; NaN if it never was. */
  readonly steadyRate: number;
  readonly intervals: readonly Interval[];
}

export interface Measurements {
  record(observation: Observation, steady: boolean): void;
  /** Closes the current interval. */
  endInterval(at: number, users: number): Interval;
  result(steadySeconds: number): Result;
}

export function createMeasurements(): Measurements {
  const observations: Observation[] = [];
  const intervals: Interval[] = [];
  let current: Observation[] = [];
  let steady = 0;
  return {
    record(observation, isSteady) {
      observations.push(observation);
      current.push(observation);
      if (isSteady) steady += 1;
    },
    endInterval(at, users) {
      const seconds = at - (intervals.at(-1)?.at ?? 0);
      const interval = { at, seconds, users, cacheHits: cacheHits(current), ...figures(current) };
      intervals.push(interval);
      current = [];
      return interval;
    },
    result: (steadySeconds) => ({
      all: figures(observations),
      byAction: actionNames.map((action) => ({
        action,
        ...figures(observations.filter((each) => each.action === action)),
      })),
      failures: countFailures(observations),
      cacheHits: cacheHits(observations),
      steadyRate: steady / steadySeconds,
      intervals,
    }),
  };
}

function figures(observations: readonly Observation[]): Figures {
  const durations = Float64Array.from(observations, ({ durationMs }) => durationMs).sort();
  const at = (share: number) => durations[Math.max(0, Math.ceil(durations.length * share) - 1)] ?? Number.NaN;
  return {
    requests: observations.length,
    failures: observations.filter(({ succeeded }) => !succeeded).length,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    longestMs: at(1),
  };
}

function cacheHits(observations: readonly Observation[]): number {
  const answers = observations.filter(({ cached }) => cached !== undefined);
  return answers.filter(({ cached }) => cached).length / answers.length;
}

function countFailures(observations: readonly Observation[]): Result['failures'] {
  const failed = observations.filter(({ succeeded }) => !succeeded);
  const groups = Map.groupBy(failed, ({ action, status }) => `${action} ${status}`);
  return [...groups.values()]
    .flatMap(([first, ...more]) =>
      first ? [{ action: first.action, status: first.status, count: more.length + 1 }] : [],
    )
    .toSorted((a, b) => b.count - a.count);
}
