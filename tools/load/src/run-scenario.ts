import { setTimeout as wait } from 'node:timers/promises';
import { type Account, type Means, renewed } from './accounts.ts';
import { act } from './journey.ts';
import { createMeasurements, type Interval, type Result } from './measurements.ts';
import { type Scenario, steadySeconds, totalSeconds, usersAt } from './scenarios.ts';

export interface Run {
  readonly scenario: Scenario;
  /** One per user of the scenario. */
  readonly accounts: readonly Account[];
  readonly means: Means;
  readonly random: () => number;
  /** Ends the run early. */
  readonly signal: AbortSignal;
  /** Called for each interval as it ends. */
  readonly progress: (interval: Interval) => void;
}

/** Length of an interval: short enough for a picture of the run, long enough for a percentile. */
const intervalSeconds = (scenario: Scenario): number =>
  Math.max(1, Math.min(60, totalSeconds(scenario) / 45));

/** How often users start as the scenario demands more of them. */
const tickMs = 100;

/** Runs the scenario. Each user sends a request, waits for its answer, pauses, and goes on for as long as it is demanded. */
export async function runScenario({
  scenario,
  accounts,
  means,
  random,
  signal,
  progress,
}: Run): Promise<Result> {
  const measurements = createMeasurements();
  const begin = means.now();
  const elapsed = () => (means.now() - begin) / 1_000;
  const end = totalSeconds(scenario);
  const active = new Map<number, Promise<void>>();
  const over = () => signal.aborted || elapsed() >= end;

  async function beUser(index: number, account: Account): Promise<void> {
    const user = { account, canvasId: undefined };
    while (!over() && index < usersAt(scenario, elapsed()).users) {
      // With a token that could not be renewed, requests fail and are counted.
      user.account = await renewed(means, user.account).catch(() => user.account);
      const { steady } = usersAt(scenario, elapsed());
      measurements.record(await act(user, means.send, random), steady);
      const [shortest, longest] = scenario.pauseSeconds;
      await means.pause(shortest + (longest - shortest) * random());
    }
  }

  let nextInterval = intervalSeconds(scenario);
  while (!over()) {
    const { users } = usersAt(scenario, elapsed());
    for (const [index, account] of accounts.slice(0, users).entries()) {
      if (active.has(index)) continue;
      active.set(
        index,
        beUser(index, account).finally(() => active.delete(index)),
      );
    }
    await wait(tickMs, undefined, { signal }).catch(() => undefined);
    if (elapsed() < nextInterval) continue;
    progress(measurements.endInterval(elapsed(), active.size));
    nextInterval += intervalSeconds(scenario);
  }
  await Promise.all(active.values());
  return measurements.result(Math.min(elapsed(), steadySeconds(scenario)));
}
