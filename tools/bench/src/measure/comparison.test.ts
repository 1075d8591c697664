import { expect, test } from 'vitest';
import { compare, median } from './comparison.ts';
import type { Sample } from './sample.ts';

const sample = (round: number, contender: string, values: Sample['values'], errors = 0): Sample => ({
  part: 'calls',
  setting: 'a setting',
  round,
  contender,
  done: 1,
  seconds: 1,
  values,
  errors,
});

/** The machine is half as fast in the second round, and stalls in the third. */
const samples = [
  sample(1, 'direct', { p50: 1 }),
  sample(1, 'bare', { p50: 2, cpu: 0.1 }, 1),
  sample(1, 'router', { p50: 3, cpu: 0.2 }),
  sample(2, 'direct', { p50: 2 }),
  sample(2, 'bare', { p50: 4, cpu: 0.2 }, 2),
  sample(2, 'router', { p50: 6, cpu: 0.4 }),
  sample(3, 'direct', { p50: 9 }),
  sample(3, 'bare', { p50: 8, cpu: 0.1 }),
  sample(3, 'router', { p50: 5, cpu: 0.9 }),
];

test('contenders are compared within a round, and the median of the rounds counts', () => {
  const comparison = compare(samples);
  expect(comparison.ratio('router', 'cpu', 'bare')).toBe(2);
  expect(comparison.added('router', 'p50', 'direct')).toBe(2);
  expect(comparison.value('router', 'cpu')).toBe(0.4);
  expect(comparison.largest('router', 'cpu')).toBe(0.9);
});

test('a round in which the reference added nothing does not count', () => {
  const ratio = compare(samples).addedRatio('router', 'p50', { reference: 'bare', base: 'direct' });
  expect(ratio).toBe(2);
});

test('missing measurements are NaN, and errors add up', () => {
  const comparison = compare(samples);
  expect(comparison.value('portkey', 'cpu')).toBeNaN();
  expect(comparison.largest('portkey', 'cpu')).toBeNaN();
  expect(comparison.ratio('router', 'cpu', 'direct')).toBeNaN();
  expect(comparison.errors('bare')).toBe(3);
});

test('an even number of values has the mean of the two in the middle as its median', () => {
  expect(median([4, 1, Number.NaN, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});
