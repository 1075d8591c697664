import { expect, test } from 'vitest';
import { stackedDays } from './stacked-days.ts';

const range = { startDate: '2026-12-01', endDate: '2026-12-03' };
const dayOf = (day: string, cost: number, topModels: { model: string; cost: number }[]) => ({
  day,
  requests: 1,
  cost,
  estimatedCost: 0,
  topModels,
});

test('the parts of each day add up to its exact cost, and the cost of unnamed models is the last part', () => {
  const { models, hasOthers, days } = stackedDays(
    {
      byDay: [
        dayOf('2026-12-01', 0.300000003, [
          { model: 'small', cost: 0.1 },
          { model: 'large', cost: 0.2 },
        ]),
        dayOf('2026-12-03', 0.700000001, [{ model: 'large', cost: 0.000000001 }]),
      ],
    },
    range,
  );
  expect(models).toEqual(['large', 'small']);
  expect(hasOthers).toBe(true);
  expect(days.map(({ day }) => day)).toEqual(['2026-12-01', '2026-12-02', '2026-12-03']);
  expect(days.map(({ parts }) => parts)).toEqual([
    [200_000_000, 100_000_000, 3],
    [0, 0, 0],
    [1, 0, 700_000_000],
  ]);
  for (const { nanos, parts } of days) expect(parts.reduce((sum, part) => sum + part, 0)).toBe(nanos);
});

test('without other models there is no part for them, and models that cost nothing have none', () => {
  const { models, hasOthers, days } = stackedDays(
    {
      byDay: [
        dayOf('2026-12-02', 0.5, [
          { model: 'large', cost: 0.5 },
          { model: 'free', cost: 0 },
        ]),
      ],
    },
    range,
  );
  expect([models, hasOthers]).toEqual([['large'], false]);
  expect(days.map(({ parts }) => parts)).toEqual([[0], [500_000_000], [0]]);
});
