import type { FlagCondition, FlagRule, RolloutRule } from '@valuecanvas/contracts-feature-flags';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flagRule } from '../test-support/flag-rule.ts';
import { compileFlag, compileFlags, explainFlag } from './compile-flag.ts';
import { compileCondition } from './conditions.ts';
import { contextFrom } from './context.ts';

const is = (attribute: string, value: string): FlagCondition => ({
  attribute,
  operator: 'equals',
  values: [value],
});

const texts = [
  { name: 'red', weight: 1, config: {}, value: 'r' },
  { name: 'blue', weight: 1, config: {}, value: 'b' },
];

const anna = contextFrom({ targetingKey: 'anna', plan: 'gold', country: 'DE' });

/** Only rules can select a context. */
const ruled = (rules: RolloutRule[], settings: Partial<FlagRule> = {}) =>
  flagRule({ rolloutPercentage: 0, rules, ...settings });

describe('conditions', () => {
  const holds = (condition: FlagCondition) => compileCondition(condition).holds(anna);
  const [yes, no] = [is('plan', 'gold'), is('plan', 'silver')];

  test('are combined by all, any and not', () => {
    expect(holds({ all: [yes, { not: no }] })).toBe(true);
    expect(holds({ all: [yes, no] })).toBe(false);
    expect(holds({ any: [no, { all: [yes, is('country', 'DE')] }] })).toBe(true);
    expect(holds({ any: [no, no] })).toBe(false);
    expect(holds({ not: { any: [no, yes] } })).toBe(false);
  });

  test('of an unknown form hold for no context', () => {
    expect(holds({ segment: 'staff' } as FlagCondition)).toBe(false);
  });
});

describe('rules', () => {
  test('decide in their order, and serve the variant that they name', () => {
    const flag = compileFlag(
      ruled(
        [
          { when: is('plan', 'silver'), variant: 'red' },
          { when: is('country', 'DE'), variant: 'blue' },
          { when: is('plan', 'gold'), variant: 'red' },
        ],
        { variants: texts },
      ),
    );
    expect(flag(anna)).toEqual({ enabled: true, variant: 'blue', value: 'b', reason: 'TARGETING_MATCH' });
  });

  test('come after the kill switch and the list of users, and before targeting and rollout', () => {
    const rules = [{ when: is('plan', 'gold'), variant: 'red' }];
    const settings = { variants: texts, targeting: { userIds: ['ben'] }, rolloutPercentage: 100 };
    expect(compileFlag(ruled(rules, { ...settings, enabled: false }))(anna).reason).toBe('DISABLED');
    expect(compileFlag(ruled(rules, settings))(anna).variant).toBe('red');
    const listed = compileFlag(ruled(rules, { ...settings, targeting: { userIds: ['anna'] } }))(anna);
    expect(listed.reason).toBe('TARGETING_MATCH');
    expect(compileFlag(ruled([], settings))(anna).reason).toBe('SPLIT');
  });

  test('leave contexts outside their percentage to the next rule', () => {
    const flag = compileFlag(
      ruled(
        [
          { when: is('plan', 'gold'), percentage: 0, variant: 'red' },
          { when: is('plan', 'gold'), variant: 'blue' },
        ],
        { variants: texts },
      ),
    );
    expect(flag(anna).variant).toBe('blue');
  });

  test('never move a user out of the rollout or to another variant when their percentage grows', () => {
    const percentage = fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1_000);
    fc.assert(
      fc.property(fc.uuid(), fc.string(), percentage, percentage, (salt, key, one, other) => {
        const evaluate = (share: number) =>
          compileFlag(ruled([{ when: is('plan', 'gold'), percentage: share }], { salt, variants: texts }))(
            contextFrom({ targetingKey: key, plan: 'gold' }),
          );
        const [few, many] = [evaluate(Math.min(one, other)), evaluate(Math.max(one, other))];
        if (few.enabled) expect(many.variant).toBe(few.variant);
      }),
    );
  });
});

describe('variants', () => {
  test('have values of any type, and a boolean one turns its flag off', () => {
    const booleans = [
      { name: 'on', weight: 1, config: {}, value: true },
      { name: 'off', weight: 0, config: {}, value: false },
    ];
    const rules = [{ when: is('plan', 'gold'), variant: 'off' }];
    const flag = compileFlag(flagRule({ variants: booleans, rules }));
    expect(flag(anna)).toMatchObject({ enabled: false, variant: 'off', value: false });
    expect(flag({ targetingKey: 'ben' })).toMatchObject({ enabled: true, variant: 'on', value: true });
  });

  test('have a default for contexts that nothing selects, unless the flag is disabled', () => {
    const rule = ruled([], { variants: texts, defaultVariant: 'blue' });
    expect(compileFlag(rule)(anna)).toEqual({
      enabled: false,
      variant: 'blue',
      value: 'b',
      reason: 'DEFAULT',
    });
    expect(compileFlag({ ...rule, enabled: false })(anna)).toMatchObject({
      variant: null,
      reason: 'DISABLED',
    });
  });
});

describe('buckets', () => {
  const byTenant = flagRule({ bucketBy: 'tenant', rolloutPercentage: 50, variants: texts });

  test('of another attribute are the same for all users that share it', () => {
    const flag = compileFlag(byTenant);
    const users = Array.from({ length: 50 }, (_, index) => `user-${index}`);
    const evaluations = users.map((targetingKey) => flag(contextFrom({ targetingKey, tenant: 'acme' })));
    expect(new Set(evaluations.map(({ variant }) => variant)).size).toBe(1);
    const tenants = users.map((tenant) => flag(contextFrom({ targetingKey: 'anna', tenant })));
    expect(new Set(tenants.map(({ enabled }) => enabled)).size).toBe(2);
  });

  test('do not exist for a context without the attribute', () => {
    expect(compileFlag(byTenant)(anna)).toMatchObject({ enabled: false, reason: 'DEFAULT' });
  });
});

describe('prerequisites', () => {
  const parent = flagRule({
    key: 'parent',
    salt: 'parent',
    variants: texts,
    targeting: { userIds: ['anna'] },
  });
  const child = flagRule({ key: 'child', prerequisites: [{ key: 'parent' }] });
  const evaluate = (...rules: FlagRule[]) => compileFlags(rules).get('child')?.(anna);

  test('must be on for the context', () => {
    expect(evaluate(child, parent)).toMatchObject({ enabled: true });
    expect(evaluate(child, { ...parent, enabled: false })).toMatchObject({
      enabled: false,
      reason: 'DEFAULT',
    });
    expect(evaluate(child)).toMatchObject({ enabled: false });
  });

  test('can demand variants', () => {
    const demand = (variants: string[]) =>
      evaluate({ ...child, prerequisites: [{ key: 'parent', variants }] }, parent)?.enabled;
    const { variant } = compileFlag(parent)(anna);
    expect(demand([String(variant)])).toBe(true);
    expect(demand(['another'])).toBe(false);
  });

  test('in a cycle are not met', () => {
    const cycle = { ...parent, prerequisites: [{ key: 'child' }] };
    expect(evaluate(child, cycle)).toMatchObject({ enabled: false });
  });
});

describe('an explanation', () => {
  const rule = ruled(
    [
      {
        name: 'Testers',
        when: { all: [is('plan', 'silver'), { attribute: 'age', operator: 'greaterThan', values: [17] }] },
      },
      { when: is('plan', 'gold'), percentage: 0 },
      { when: is('country', 'DE') },
    ],
    { targeting: { userIds: ['ben'] } },
  );
  const explain = (context = anna) => explainFlag(rule, compileFlags([rule]), context);

  test('names the step that decided, why the others did not, and the bucket', () => {
    expect(explain()).toEqual({
      evaluation: compileFlag(rule)(anna),
      decidedBy: 3,
      steps: [
        { name: 'List of users', failures: ['the user is not listed'] },
        {
          name: 'Rule 1: Testers',
          failures: ['plan equals "silver": plan is "gold"', 'age greaterThan 17: age is not set'],
        },
        { name: 'Rule 2', failures: ['its bucket is outside the first 0 %'] },
        { name: 'Rule 3', failures: [] },
      ],
      unit: 'anna',
      bucket: expect.any(Number),
    });
  });

  test('of a flag that nothing selects says why for every step', () => {
    const { steps, decidedBy } = explain(contextFrom({ targetingKey: 'carl' }));
    expect(steps.map(({ failures }) => failures.length > 0)).toEqual([true, true, true, true, false]);
    expect(decidedBy).toBe(4);
  });

  test('agrees with the evaluation of every context', () => {
    const flag = compileFlag(rule);
    fc.assert(
      fc.property(
        fc.constantFrom('gold', 'silver', ''),
        fc.constantFrom('DE', 'FR'),
        fc.string(),
        (plan, country, key) => {
          const context = contextFrom({ targetingKey: key, plan, country, age: 18 });
          expect(explain(context).evaluation).toEqual(flag(context));
        },
      ),
    );
  });
});
