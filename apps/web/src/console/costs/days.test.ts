import { expect, test } from 'vitest';
import { daysOf, everyDay } from './days.ts';

const now = Date.parse('2026-03-30T00:30:00Z');

test('a range ends with the current UTC day and has as many days as it says', () => {
  expect(daysOf({ range: '7' }, now)).toEqual({ startDate: '2026-03-24', endDate: '2026-03-30' });
  expect(everyDay(daysOf({ range: '7' }, now))).toHaveLength(7);
  expect(everyDay(daysOf({ range: 'nonsense' }, now))).toHaveLength(30);
});

test('days stay UTC days across a change of clocks', () => {
  expect(everyDay({ startDate: '2026-03-28', endDate: '2026-03-30' })).toEqual([
    '2026-03-28',
    '2026-03-29',
    '2026-03-30',
  ]);
});

test('the first and the last day of the address win, unless one is not a day', () => {
  const own = { from: '2026-01-01', to: '2026-01-31' };
  expect(daysOf(own, now)).toEqual({ startDate: '2026-01-01', endDate: '2026-01-31' });
  expect(daysOf({ ...own, to: '2026-99-99' }, now).endDate).toBe('2026-03-30');
});
