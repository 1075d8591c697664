import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../reference/assignment.generated.json' with { type: 'json' };
import { type Arm, compileAssignment } from './assignment.ts';
import { compileChoice } from './choice.ts';
import { murmur3After } from './murmur3.ts';
import { compileBucket, compileRollout } from './rollout.ts';

const units = Array.from({ length: 20_000 }, (_, index) => `user-${index}`);
const armsOf = (...weights: number[]): Arm[] =>
  weights.map((weight, index) => ({ key: String(index), weight }));

/** Tolerance: four standard deviations. */
function expectShare(chosen: readonly boolean[], expected: number): void {
  const share = chosen.filter(Boolean).length / chosen.length;
  const deviation = Math.sqrt((expected * (1 - expected)) / chosen.length);
  expect(Math.abs(share - expected)).toBeLessThanOrEqual(4 * deviation);
}

describe('the published test vectors hold for', () => {
  test('hashes', () => {
    for (const { text, hash } of vectors.hashes) expect(murmur3After('')(text), text).toBe(hash);
  });

  test('buckets of rollouts', () => {
    for (const { salt, unit, bucket } of vectors.rollouts) {
      expect(compileBucket(salt)(unit), `${salt} ${unit}`).toBe(bucket);
    }
  });

  test('choices among weights', () => {
    for (const { salt, weights, unit, index } of vectors.choices) {
      expect(compileChoice(salt, weights)(unit), `${salt} ${weights} ${unit}`).toBe(index);
    }
  });

  test('arms of experiments', () => {
    for (const { salt, coverage, weights, unit, arm } of vectors.assignments) {
      const assigned = compileAssignment({ salt, coverage, arms: armsOf(...weights) })(unit);
      expect(assigned?.key ?? null, `${salt} ${unit}`).toBe(arm === null ? null : String(arm));
    }
  });
});

describe('a rollout', () => {
  const percentage = fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1_000);

  test('never drops a unit when it grows', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.string(), percentage, percentage, (salt, unit, one, other) => {
        const isIn = (share: number) => compileRollout(salt, share)(unit);
        if (isIn(Math.min(one, other))) expect(isIn(Math.max(one, other))).toBe(true);
      }),
    );
  });

  test.each([0.1, 5, 50])('includes about %d %% of many units', (share) => {
    expectShare(units.map(compileRollout('salt', share)), share / 100);
  });
});

describe('an experiment', () => {
  test('splits units in proportion to the weights', () => {
    const assign = compileAssignment({ salt: 'one', coverage: 100, arms: armsOf(10_000, 0, 25_000, 65_000) });
    const chosen = units.map((unit) => assign(unit)?.key);
    for (const [index, share] of [0.1, 0, 0.25, 0.65].entries()) {
      expectShare(
        chosen.map((key) => key === String(index)),
        share,
      );
    }
  });

  test('keeps the arm of every unit while its coverage grows', () => {
    const arms = armsOf(50_000, 50_000);
    const [few, many] = [5, 60].map((coverage) => compileAssignment({ salt: 'one', coverage, arms }));
    const early = units.filter((unit) => few?.(unit) !== undefined);
    expect(early.length).toBeGreaterThan(500);
    for (const unit of early) expect(many?.(unit)).toBe(few?.(unit));
  });

  test('is independent of the assignment of another experiment', () => {
    const arms = armsOf(50_000, 50_000);
    const [one, other] = ['one', 'other'].map((salt) => compileAssignment({ salt, coverage: 100, arms }));
    expectShare(
      units.map((unit) => one?.(unit)?.key === '0' && other?.(unit)?.key === '0'),
      0.25,
    );
  });

  test('chooses by buckets of 1/100,000: an arm ends at the sum of the weights', () => {
    const cut = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(fc.uuid(), fc.string(), cut, (salt, unit, first) => {
        const bucket = Math.floor((murmur3After(`${salt}:variant:`)(unit) * 100_000) / 2 ** 32);
        expect(compileChoice(salt, [first, 100_000 - first])(unit)).toBe(bucket < first ? 0 : 1);
      }),
    );
  });

  test.each([
    [[50_000, 49_999], 'must add up to 100000, not 99999'],
    [[99_999.5, 0.5], 'must be integers'],
    [[100_001, -1], 'must be integers'],
  ])('with the weights %j is refused', (weights, message) => {
    expect(() => compileAssignment({ salt: 'one', coverage: 100, arms: armsOf(...weights) })).toThrow(
      message,
    );
  });
});

describe('a choice among weights', () => {
  test('is made for every unit, and never has the weight 0', () => {
    const weight = fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1_000_000, noNaN: true }));
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 20 }), fc.string(), (weights, unit) => {
        fc.pre(weights.some((weight) => weight > 0));
        expect(weights[compileChoice('salt', weights)(unit)]).toBeGreaterThan(0);
      }),
    );
  });
});
