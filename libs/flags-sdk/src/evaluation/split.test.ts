import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flagRule } from '../test-support/flag-rule.ts';
import { compileFlag } from './compile-flag.ts';

const keys = Array.from({ length: 20_000 }, (_, index) => `user-${index}`);

const percentage = fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1_000);
const salt = fc.uuid();

const variantsOf = (...weights: number[]) =>
  weights.map((weight, index) => ({ name: `v${index}`, weight, config: { index } }));

/** Tolerance: four standard deviations. */
function expectShare(chosen: readonly boolean[], expected: number): void {
  const share = chosen.filter(Boolean).length / chosen.length;
  const deviation = Math.sqrt((expected * (1 - expected)) / chosen.length);
  expect(Math.abs(share - expected)).toBeLessThanOrEqual(4 * deviation);
}

describe('rollout', () => {
  test.each([0.1, 1, 12.5, 50, 99])(
    'includes about %d %% of a large number of users',
    (rolloutPercentage) => {
      const flag = compileFlag(flagRule({ rolloutPercentage }));
      const chosen = keys.map((targetingKey) => flag({ targetingKey }).enabled);
      expectShare(chosen, rolloutPercentage / 100);
    },
  );

  test('has a resolution of a thousandth of a percent: one bucket', () => {
    const targetingKey = 'user-1';
    const flagAt = (rolloutPercentage: number) => compileFlag(flagRule({ rolloutPercentage }));
    expect(flagAt(3.274)({ targetingKey }).enabled).toBe(false);
    expect(flagAt(3.275)({ targetingKey }).enabled).toBe(true);
  });

  test('keeps all users that it included at a lower percentage', () => {
    fc.assert(
      fc.property(salt, fc.string(), percentage, percentage, (salt, targetingKey, one, other) => {
        const isIn = (rolloutPercentage: number) =>
          compileFlag(flagRule({ salt, rolloutPercentage }))({ targetingKey }).enabled;
        if (isIn(Math.min(one, other))) expect(isIn(Math.max(one, other))).toBe(true);
      }),
    );
  });

  test('includes no user at 0 % and all users at 100 %', () => {
    fc.assert(
      fc.property(salt, fc.string(), (salt, targetingKey) => {
        expect(compileFlag(flagRule({ salt, rolloutPercentage: 0 }))({ targetingKey }).enabled).toBe(false);
        expect(compileFlag(flagRule({ salt, rolloutPercentage: 100 }))({ targetingKey }).enabled).toBe(true);
      }),
    );
  });

  test('is independent of the rollout of a flag with another salt', () => {
    const one = compileFlag(flagRule({ salt: 'one', rolloutPercentage: 50 }));
    const other = compileFlag(flagRule({ salt: 'other', rolloutPercentage: 50 }));
    const inBoth = keys.map(
      (key) => one({ targetingKey: key }).enabled && other({ targetingKey: key }).enabled,
    );
    expectShare(inBoth, 0.25);
  });
});

describe('variants', () => {
  test.each([
    ['user-1', 1_560_466_044],
    ['019359c0-6000-7000-8000-000000000001', 2_882_929_000],
    ['🙂', 3_946_898_840],
  ])('of "%s" follow from the published hash', (targetingKey, hash) => {
    const variantAt = (border: number) =>
      compileFlag(flagRule({ variants: variantsOf(border, 1_000_000 - border) }))({ targetingKey }).variant;
    const share = (hash / 2 ** 32) * 1_000_000;
    expect(variantAt(Math.floor(share))).toBe('v1');
    expect(variantAt(Math.ceil(share))).toBe('v0');
  });

  test('are assigned in proportion to their weights', () => {
    const flag = compileFlag(flagRule({ variants: variantsOf(1, 0, 2.5, 6.5) }));
    const chosen = keys.map((targetingKey) => flag({ targetingKey }).variant);
    for (const [index, share] of [0.1, 0, 0.25, 0.65].entries()) {
      expectShare(
        chosen.map((name) => name === `v${index}`),
        share,
      );
    }
  });

  test('stay the same for each user while the rollout grows', () => {
    const flagAt = (rolloutPercentage: number) =>
      compileFlag(flagRule({ rolloutPercentage, variants: variantsOf(1, 1) }));
    const [few, many] = [flagAt(10), flagAt(60)];
    const early = keys.filter((targetingKey) => few({ targetingKey }).enabled);
    expect(early.length).toBeGreaterThan(1_000);
    for (const targetingKey of early) {
      expect(many({ targetingKey }).variant).toBe(few({ targetingKey }).variant);
    }
  });

  test('are independent of the rollout: early users are split like all others', () => {
    const flag = compileFlag(flagRule({ rolloutPercentage: 20, variants: variantsOf(1, 1) }));
    const chosen = keys.map((targetingKey) => flag({ targetingKey }).variant).filter((name) => name !== null);
    expectShare(
      chosen.map((name) => name === 'v0'),
      0.5,
    );
  });
});
