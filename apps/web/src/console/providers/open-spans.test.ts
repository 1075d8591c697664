import { expect, test } from 'vitest';
import { type BreakerChanges, openSpans } from './open-spans.ts';

const hour = { from: Date.parse('2026-12-03T07:00:00Z'), to: Date.parse('2026-12-03T08:00:00Z') };
const minute = (count: number) => hour.from + count * 60_000;
const at = (count: number, change: 'opened' | 'closed' | 'reset', model = 'big'): BreakerChanges[number] => ({
  at: new Date(minute(count)).toISOString(),
  change,
  ...(change === 'reset' ? {} : { provider: 'together_ai', model }),
});
const spansOf = (...changes: BreakerChanges[number][]) => openSpans(changes, hour).map(({ spans }) => spans);

test('a breaker is open from its opening to its closing, and to the end if it has not closed', () => {
  expect(spansOf(at(50, 'opened'), at(20, 'closed'), at(10, 'opened'))).toEqual([
    [
      { from: minute(10), to: minute(20) },
      { from: minute(50), to: hour.to },
    ],
  ]);
});

test('a breaker that opens again without closing has one span', () => {
  expect(spansOf(at(10, 'opened'), at(12, 'opened'), at(20, 'closed'))).toEqual([
    [{ from: minute(10), to: minute(20) }],
  ]);
});

test('a breaker whose first change closes it was open from the start on', () => {
  expect(spansOf(at(5, 'closed'))).toEqual([[{ from: hour.from, to: minute(5) }]]);
});

test('a reset closes all breakers, and is no breaker of its own', () => {
  expect(spansOf(at(10, 'opened', 'a'), at(15, 'opened', 'b'), at(20, 'reset'))).toEqual([
    [{ from: minute(10), to: minute(20) }],
    [{ from: minute(15), to: minute(20) }],
  ]);
  expect(spansOf(at(20, 'reset'))).toEqual([]);
});

test('changes outside the hour do not draw beyond its ends', () => {
  expect(spansOf(at(-1, 'opened'), at(70, 'closed'))).toEqual([[{ from: hour.from, to: hour.to }]]);
});
