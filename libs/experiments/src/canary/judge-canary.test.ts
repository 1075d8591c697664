import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CanaryEnd,
  ordinaryGuardrails,
  ordinarySteps,
  ordinaryVersion,
  runCanary,
  type SimulatedVersion,
} from '../simulation/canary-run.ts';
import { createRandom } from '../simulation/random.ts';
import { noObservations, proportion } from '../statistics/moments.ts';
import type { ArmMoments, Guardrail } from './guardrail.ts';
import { type CanaryPlan, judgeCanary, startCanary } from './judge-canary.ts';

const plan: CanaryPlan = { steps: ordinarySteps, guardrails: ordinaryGuardrails, alpha: 0.05 };

/** The canary of the acceptance: it begins with a step of 5 %. */
const fromFivePercent: CanaryPlan = { ...plan, steps: ordinarySteps.slice(1) };

function simulate(
  runs: number,
  canaryPlan: CanaryPlan,
  candidate: SimulatedVersion,
  current = ordinaryVersion,
): CanaryEnd[] {
  const random = createRandom(1);
  return Array.from({ length: runs }, () =>
    runCanary(random, { plan: canaryPlan, current, candidate, requestsPerSecond: 20 }),
  );
}

const shareOf = (ends: readonly CanaryEnd[], matches: (end: CanaryEnd) => boolean) =>
  ends.filter(matches).length / ends.length;

const isRolledBackWithin = (seconds: number) => (end: CanaryEnd) =>
  end.decision.action === 'rollBack' && end.seconds <= seconds;

describe('at 20 requests a second on a step of 5 %,', () => {
  test('a candidate that costs twice as much is rolled back within two minutes', () => {
    const ends = simulate(40, fromFivePercent, { ...ordinaryVersion, cost: 2 });
    expect(shareOf(ends, isRolledBackWithin(120))).toBeGreaterThanOrEqual(0.95);
    expect(ends[0]?.decision.reason).toMatch(
      /^The cost is 2.* instead of .* higher\), and the margin is 10 %\./,
    );
  });

  test('a candidate with 5 points more errors is rolled back, in nine of ten canaries within two minutes', () => {
    const faultless = { ...ordinaryVersion, errorRate: 0 };
    const ends = simulate(40, fromFivePercent, { ...faultless, errorRate: 0.05 }, faultless);
    expect(shareOf(ends, isRolledBackWithin(120))).toBeGreaterThanOrEqual(0.9);
    expect(shareOf(ends, isRolledBackWithin(300))).toBe(1);
  });

  test('a candidate with twice the latency is rolled back within two minutes', () => {
    const ends = simulate(40, fromFivePercent, { ...ordinaryVersion, duration: 4_000 });
    expect(shareOf(ends, isRolledBackWithin(120))).toBeGreaterThanOrEqual(0.95);
  });
});

test('a candidate that equals the current version is rolled back in at most 5 % of canaries', () => {
  const steps = [5, 25, 50].map((percentage) => ({ percentage, minimumSample: 100, minimumMs: 30_000 }));
  const ends = simulate(100, { ...plan, steps }, ordinaryVersion);
  expect(shareOf(ends, ({ decision }) => decision.action === 'rollBack')).toBeLessThanOrEqual(0.05);
  expect(shareOf(ends, ({ decision }) => decision.action === 'finish')).toBeGreaterThanOrEqual(0.9);
});

const errors: Guardrail = {
  metric: 'error rate',
  kind: 'events',
  worse: 'higher',
  margin: { absolute: 0.01 },
};
const cost: Guardrail = { metric: 'cost', kind: 'mean', worse: 'higher', margin: { relative: 0.1 } };
const small: CanaryPlan = {
  steps: [
    { percentage: 10, minimumSample: 100, minimumMs: 60_000 },
    { percentage: 50, minimumSample: 500, minimumMs: 60_000 },
  ],
  guardrails: [errors, cost],
  alpha: 0.05,
};

/** Arms of which each observation deviates from its mean by 1, up or down. */
const means = (current: number, candidate: number, count = 100): ArmMoments => ({
  current: { count: 900, sum: 900 * current, sumOfSquares: 900 * (current * current + 1) },
  candidate: { count, sum: count * candidate, sumOfSquares: count * (candidate * candidate + 1) },
});

const start = startCanary(small, 1_000);
const judgeAt = (now: number, metrics: Record<string, ArmMoments>, sample = 100) =>
  judgeCanary(small, start, { sample, metrics }, now);

describe('a canary', () => {
  test('holds until the step has its minimum sample and its minimum time, and says what is missing', () => {
    expect(judgeAt(61_000, {}, 40)).toEqual({
      action: 'hold',
      reason: 'The step of 10 % needs 60 more of 100 observations of the candidate.',
    });
    expect(judgeAt(31_000, {})).toEqual({ action: 'hold', reason: 'The step of 10 % lasts 30 s more.' });
  });

  test('advances to the next step, which begins now', () => {
    const decision = judgeAt(61_000, { cost: means(5, 5) });
    expect(decision).toMatchObject({ action: 'advance', state: { step: 1, stepStartedAt: 61_000 } });
    expect(decision.reason).toBe('No guardrail was exceeded with 10 % of units and 100 observations.');
  });

  test('finishes behind its last step', () => {
    const last = { step: 1, stepStartedAt: 0, carriedEvidence: start.carriedEvidence };
    expect(judgeCanary(small, last, { sample: 500, metrics: {} }, 60_000).action).toBe('finish');
  });

  test('rolls back before the minimum sample and time if a regression is proven', () => {
    const arms = { current: proportion(270, 1), candidate: proportion(30, 12) };
    const decision = judgeAt(2_000, { 'error rate': arms }, 30);
    expect(decision).toMatchObject({ action: 'rollBack', metric: 'error rate' });
    expect(decision.reason).toContain(
      'The error rate is 40 % instead of 0.37 % (10,700 % higher), and the margin is 1 percentage point.',
    );
  });

  test('holds while a regression beyond the margin is likely but not proven', () => {
    const decision = judgeAt(61_000, { cost: means(1, 1.3) });
    expect(decision).toEqual({
      action: 'hold',
      reason:
        'The step of 10 % waits for certainty. The cost is 1.3 instead of 1 (30 % higher), and the margin is 10 %.',
    });
  });

  test('tolerates a certain regression within the margin', () => {
    expect(judgeAt(61_000, { cost: means(100, 105) }).action).toBe('advance');
    expect(judgeAt(61_000, { cost: means(100, 112) }).action).toBe('rollBack');
  });

  test('tolerates an improvement of any size', () => {
    const fewer = { current: proportion(900, 450), candidate: proportion(100, 0) };
    expect(judgeAt(61_000, { cost: means(100, 50), 'error rate': fewer }).action).toBe('advance');
  });

  test('needs less proof after a suspicious step than after an ordinary one', () => {
    const carriedAfter = (candidate: number) => {
      const decision = judgeAt(61_000, { cost: means(100, candidate) });
      return decision.action === 'advance' ? decision.state.carriedEvidence.cost : undefined;
    };
    expect(carriedAfter(100)).toBeLessThan(0.6);
    expect(carriedAfter(100.3)).toBeGreaterThan(0.9);
  });

  test('does not judge a step by the certainty of an earlier one: a certain regression within the margin', () => {
    const decision = judgeAt(61_000, { cost: means(100, 105) });
    if (decision.action !== 'advance') throw new Error(decision.reason);
    // By chance, the next step begins beyond the margin.
    const next = { sample: 40, metrics: { cost: means(2, 2.25, 40) } };
    expect(judgeCanary(small, decision.state, next, 62_000).action).toBe('hold');
  });

  test('compares a limit with the candidate alone, but rolls back only if the current version is better', () => {
    const slow: Guardrail = {
      metric: 'slow answers',
      kind: 'events',
      worse: 'higher',
      margin: { limit: 0.05 },
    };
    const limited: CanaryPlan = { ...small, guardrails: [slow] };
    const judge = (ofCurrent: number) =>
      judgeCanary(
        limited,
        startCanary(limited, 0),
        {
          sample: 100,
          metrics: {
            'slow answers': { current: proportion(900, ofCurrent), candidate: proportion(100, 30) },
          },
        },
        60_000,
      ).action;
    expect(judge(20)).toBe('rollBack');
    expect(judge(270)).toBe('advance');
  });

  test('is not decided by metrics without observations, or with few', () => {
    const empty = { current: noObservations, candidate: noObservations };
    expect(judgeAt(61_000, { cost: empty, 'error rate': empty }).action).toBe('advance');
    expect(judgeAt(61_000, { cost: means(1, 100, 29) }).action).toBe('advance');
  });

  test.each([
    ['without steps', { steps: [] }, 'at least one step'],
    ['whose steps do not grow', { steps: [...small.steps].reverse() }, 'must grow'],
    ['that includes 100 %', { steps: [{ percentage: 100, minimumSample: 1, minimumMs: 0 }] }, 'below 100'],
    ['without guardrails', { guardrails: [] }, 'at least one guardrail'],
    ['with two guardrails for a metric', { guardrails: [cost, cost] }, 'one guardrail only'],
  ])('%s is refused', (_, change, message) => {
    expect(() => startCanary({ ...small, ...change }, 0)).toThrow(message);
  });
});

describe('for any observations,', () => {
  const events = fc
    .tuple(fc.nat(2_000), fc.nat(2_000))
    .map(([count, some]) => proportion(count, Math.min(count, some)));
  const values = fc
    .tuple(
      fc.nat(2_000),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
    )
    .map(([count, mean, deviation]) => ({
      count,
      sum: count * mean,
      sumOfSquares: count * (mean * mean + deviation * deviation),
    }));
  const arms = (moments: typeof values) => fc.record({ current: moments, candidate: moments });
  const observations = fc.record({
    sample: fc.nat(1_000),
    metrics: fc.record({ cost: arms(values), 'error rate': arms(events) }),
  });
  const instant = fc.integer({ min: 0, max: 200_000 });

  test('a canary never advances before its minimum sample and time, and by one step only', () => {
    fc.assert(
      fc.property(observations, instant, (seen, now) => {
        const decision = judgeCanary(small, start, seen, now);
        expect(decision.reason).toMatch(/^[A-Z].*\.$/);
        expect(decision.reason).not.toMatch(/NaN|undefined|Infinity/);
        if (decision.action !== 'advance') return;
        expect(seen.sample).toBeGreaterThanOrEqual(100);
        expect(now - start.stepStartedAt).toBeGreaterThanOrEqual(60_000);
        expect(decision.state.step).toBe(start.step + 1);
        expect(Object.values(decision.state.carriedEvidence).every(Number.isFinite)).toBe(true);
      }),
    );
  });

  test('a canary is never rolled back for a metric on which the candidate is not worse', () => {
    fc.assert(
      fc.property(observations, instant, (seen, now) => {
        const decision = judgeCanary(small, start, seen, now);
        if (decision.action !== 'rollBack') return;
        const { current, candidate } = seen.metrics[decision.metric as keyof typeof seen.metrics];
        expect(candidate.sum / candidate.count).toBeGreaterThan(current.sum / current.count);
      }),
    );
  });
});
