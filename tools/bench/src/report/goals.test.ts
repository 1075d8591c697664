import { expect, test } from 'vitest';
import type { Sample } from '../measure/sample.ts';
import { nameOf, usual } from '../measure/settings.ts';
import { type Goal, goalsOf, goalsReport, verdictOn } from './goals.ts';

const goal = (bound: Goal['bound'], value: number): Goal => ({
  what: 'something',
  bound,
  limit: 2,
  value,
  show: String,
});

test.each([
  ['at least', 2, 'reached'],
  ['at least', 1.99, 'missed'],
  ['at most', 2, 'reached'],
  ['at most', 2.01, 'missed'],
  ['at most', Number.NaN, 'not measured'],
] as const)('%s 2 with %f is %s', (bound, value, verdict) => {
  expect(verdictOn(goal(bound, value))).toBe(verdict);
});

test('each goal uses its own setting', () => {
  const calls = (
    contender: string,
    perSecond: number,
    setting = nameOf({ part: 'calls', ...usual }),
  ): Sample => ({
    part: 'calls',
    setting,
    round: 1,
    contender,
    done: 1,
    seconds: 1,
    values: { perSecond },
    errors: 0,
  });
  const elsewhere = nameOf({ part: 'calls', latencyMs: 0, concurrency: 1 });
  const goals = goalsOf([
    calls('bare', 1_000),
    calls('router', 600),
    calls('bare', 1_000, elsewhere),
    calls('router', 1, elsewhere),
  ]);
  const verdicts = Object.fromEntries(goals.map((goal) => [goal.what, verdictOn(goal)]));
  expect(verdicts['router: calls/s of the bare proxy']).toBe('reached');
  expect(verdicts["router: calls/s of Portkey's gateway"]).toBe('not measured');
  expect(goalsReport(goals)).toContain('0.60×');
});
