import { describe, expect, test } from 'vitest';
import { type Moments, noObservations, proportion } from './moments.ts';
import { type ComparedMetric, executionMetrics, verdictOf } from './verdict.ts';

const arm = (count: number, mean: number, deviation: number): Moments => ({
  count,
  sum: count * mean,
  sumOfSquares: count * (mean * mean + deviation * deviation),
});

const verdict = (metric: ComparedMetric, control: Moments, treatment: Moments) =>
  verdictOf(metric, control, treatment, { treatmentName: 'B', relevantDifference: 0.02, settings: {} });

describe('a verdict', () => {
  test('tells by how much a treatment costs less, and between which bounds', () => {
    const { outcome, text } = verdict(executionMetrics.cost, arm(5_000, 1, 0.6), arm(5_000, 0.88, 0.6));
    expect(outcome).toBe('better');
    expect(text).toBe('B costs 12 % less (between 8.5 % and 15 %).');
  });

  test('tells that a treatment is worse', () => {
    const { outcome, text } = verdict(executionMetrics.rating, arm(2_000, 4, 1), arm(2_000, 3.6, 1));
    expect(outcome).toBe('worse');
    expect(text).toBe('B is rated 10 % lower (between 7.6 % and 12 %).');
  });

  test('tells differences of proportions in percentage points', () => {
    const { outcome, text } = verdict(
      executionMetrics.errors,
      proportion(5_000, 250),
      proportion(5_000, 100),
    );
    expect(outcome).toBe('better');
    expect(text).toMatch(
      /^B has an error rate that is 3 percentage points lower \(between .* percentage points and .*\)\.$/,
    );
  });

  test('estimates how many observations are missing', () => {
    const [control, treatment] = [arm(500, 1, 0.6), arm(500, 0.92, 0.6)];
    const { outcome, text, remaining = 0 } = verdict(executionMetrics.cost, control, treatment);
    expect(outcome).toBe('undecided');
    expect(text).toMatch(
      /^B is not decided yet: about [\d,]+ more observations\. So far, its cost is between \d+ % lower and [\d.]+ % higher\.$/,
    );
    const sufficient = 500 + remaining / 2;
    expect(verdict(executionMetrics.cost, arm(sufficient, 1, 0.6), arm(sufficient, 0.92, 0.6)).outcome).toBe(
      'better',
    );
    const almost = 500 + (0.9 * remaining) / 2;
    expect(verdict(executionMetrics.cost, arm(almost, 1, 0.6), arm(almost, 0.92, 0.6)).outcome).toBe(
      'undecided',
    );
  });

  test('tells that a difference is too small to matter', () => {
    const { outcome, text } = verdict(executionMetrics.latency, arm(50_000, 1, 0.4), arm(50_000, 1.001, 0.4));
    expect(outcome).toBe('equivalent');
    expect(text).toMatch(
      /^B does not differ enough to matter: its latency is between .* lower and .* higher\.$/,
    );
  });

  test('is undecided without observations, and with few', () => {
    expect(verdict(executionMetrics.cost, noObservations, noObservations)).toEqual({
      outcome: 'undecided',
      text: 'B is not decided yet.',
      remaining: undefined,
      comparison: undefined,
    });
    const few = verdict(executionMetrics.cost, arm(20, 1, 0.5), arm(20, 2, 0.5));
    expect(few.text).toBe('B is not decided yet: about 160 more observations.');
  });
});
