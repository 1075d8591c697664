/**
 * The scenarios, for k6 and for `npm run load` alike. This module and those it imports use nothing of Node's,
 * because k6 has none of it.
 */

/** A part of a run. The number of users changes evenly from that of the stage before to `users`. */
export interface Stage {
  readonly seconds: number;
  readonly users: number;
}

export interface Thresholds {
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Share of requests that fail, from 0 to 1. */
  readonly failures: number;
  /** Smallest share of models' answers that come from the cache, from 0 to 1. */
  readonly cacheHits: number;
  /** Smallest number of requests per second while the number of users is constant. */
  readonly requestsPerSecond?: number;
}

export interface Scenario {
  readonly description: string;
  readonly stages: readonly Stage[];
  /** Shortest and longest pause of a user between two requests. */
  readonly pauseSeconds: readonly [shortest: number, longest: number];
  readonly thresholds: Thresholds;
}

/** The limits of the deployment checklist. */
const checklist: Thresholds = { p95Ms: 5_000, p99Ms: 10_000, failures: 0.05, cacheHits: 0.3 };

export const scenarioNames = ['load', 'spike', 'stress', 'soak'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  load: {
    description: 'The traffic of a busy hour: does the platform keep what the checklist demands?',
    stages: [
      { seconds: 30, users: 200 },
      { seconds: 180, users: 200 },
      { seconds: 15, users: 0 },
    ],
    pauseSeconds: [0.2, 0.8],
    thresholds: { ...checklist, requestsPerSecond: 100 },
  },
  spike: {
    description: 'Ten times as many users within five seconds: does it hold, and does it recover?',
    stages: [
      { seconds: 10, users: 30 },
      { seconds: 30, users: 30 },
      { seconds: 5, users: 300 },
      { seconds: 45, users: 300 },
      { seconds: 5, users: 30 },
      { seconds: 40, users: 30 },
      { seconds: 5, users: 0 },
    ],
    pauseSeconds: [0.2, 0.8],
    thresholds: checklist,
  },
  stress: {
    description:
      'More users every minute: at what rate does it slow down, and are excess requests refused cleanly?',
    stages: [100, 200, 300, 400, 500].flatMap((users) => [
      { seconds: 10, users },
      { seconds: 50, users },
    ]),
    pauseSeconds: [0.2, 0.8],
    thresholds: checklist,
  },
  soak: {
    description: 'Moderate traffic for an hour: do memory, latency and errors stay flat?',
    stages: [
      { seconds: 60, users: 80 },
      { seconds: 3_600, users: 80 },
      { seconds: 30, users: 0 },
    ],
    pauseSeconds: [2, 4],
    thresholds: checklist,
  },
};

/** Returns the scenario with another largest number of users, and another total duration. */
export function scaled(
  scenario: Scenario,
  { users, seconds }: { readonly users?: number | undefined; readonly seconds?: number | undefined },
): Scenario {
  const perUser = users === undefined ? 1 : users / mostUsers(scenario);
  const perSecond = seconds === undefined ? 1 : seconds / totalSeconds(scenario);
  const stages = scenario.stages.map((stage) => ({
    seconds: stage.seconds * perSecond,
    users: stage.users === 0 ? 0 : Math.max(1, Math.round(stage.users * perUser)),
  }));
  const { requestsPerSecond, ...others } = scenario.thresholds;
  // Fewer users make fewer requests per second, whatever the platform can do.
  const demandsRate = requestsPerSecond !== undefined && perUser >= 1;
  return { ...scenario, stages, thresholds: demandsRate ? { ...others, requestsPerSecond } : others };
}

export const mostUsers = ({ stages }: Pick<Scenario, 'stages'>): number =>
  Math.max(...stages.map(({ users }) => users));

export const totalSeconds = ({ stages }: Pick<Scenario, 'stages'>): number =>
  stages.reduce((sum, { seconds }) => sum + seconds, 0);

/** Returns the number of users at a time of the run, and if it is constant then. */
export function usersAt(
  { stages }: Pick<Scenario, 'stages'>,
  elapsedSeconds: number,
): { readonly users: number; readonly steady: boolean } {
  let before = 0;
  let left = elapsedSeconds;
  for (const { seconds, users } of stages) {
    if (left < seconds) {
      return { users: Math.round(before + ((users - before) * left) / seconds), steady: users === before };
    }
    left -= seconds;
    before = users;
  }
  return { users: 0, steady: false };
}

/** Seconds of the run in which the number of users is constant. */
export const steadySeconds = ({ stages }: Pick<Scenario, 'stages'>): number =>
  stages.reduce(
    (sum, { seconds, users }, index) => (users === (stages[index - 1]?.users ?? 0) ? sum + seconds : sum),
    0,
  );
