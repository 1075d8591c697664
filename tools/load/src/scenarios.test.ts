import { expect, test } from 'vitest';
import { scaled, scenarioNames, scenarios, steadySeconds, totalSeconds, usersAt } from './scenarios.ts';

test('every scenario demands what the deployment checklist demands', () => {
  for (const name of scenarioNames) {
    const { thresholds } = scenarios[name];
    expect(thresholds).toMatchObject({ p95Ms: 5_000, p99Ms: 10_000, failures: 0.05, cacheHits: 0.3 });
  }
  expect(scenarios.load.thresholds.requestsPerSecond).toBe(100);
});

test('the number of users changes evenly within a stage', () => {
  const stages = [
    { seconds: 10, users: 100 },
    { seconds: 20, users: 100 },
    { seconds: 10, users: 0 },
  ];
  expect(usersAt({ stages }, 5)).toEqual({ users: 50, steady: false });
  expect(usersAt({ stages }, 20)).toEqual({ users: 100, steady: true });
  expect(usersAt({ stages }, 35)).toEqual({ users: 50, steady: false });
  expect(usersAt({ stages }, 40)).toEqual({ users: 0, steady: false });
});

test('a scenario with other numbers keeps its shape', () => {
  const spike = scaled(scenarios.spike, { users: 30, seconds: 70 });
  expect(totalSeconds(spike)).toBeCloseTo(70);
  expect(spike.stages.map(({ users }) => users)).toEqual([3, 3, 30, 30, 3, 3, 0]);
  expect(steadySeconds(spike)).toBeCloseTo((steadySeconds(scenarios.spike) * 70) / 140);
});

test('a run with fewer users does not demand the rate of all', () => {
  expect(scaled(scenarios.load, { users: 20 }).thresholds.requestsPerSecond).toBeUndefined();
  expect(scaled(scenarios.load, { seconds: 20 }).thresholds.requestsPerSecond).toBe(100);
});
