import type { TargetingRule } from '@valuecanvas/contracts-feature-flags';
import { describe, expect, test } from 'vitest';
import { compileCondition } from './conditions.ts';
import { compileComparison, valueFault } from './operators.ts';

type Case = [unknown, TargetingRule['operator'], TargetingRule['values']];

const holds = ([actual, operator, values]: Case) =>
  compileCondition({ attribute: 'plan', operator, values }).holds({
    targetingKey: 'anna',
    attributes: { plan: actual },
  });

describe('a targeting rule', () => {
  test.each<Case>([
    ['gold', 'equals', ['gold']],
    ['gold', 'equals', ['silver', 'gold']],
    [true, 'equals', [true]],
    ['gold', 'notEquals', ['silver', 'bronze']],
    [5, 'in', [4, 5]],
    [5, 'notIn', [4, 6]],
    ['gold-2026', 'contains', ['2025', '2026']],
    [['beta', 'staff'], 'contains', ['staff']],
    ['gold-2026', 'startsWith', ['gold']],
    ['gold-2026', 'endsWith', ['2026']],
    [5, 'greaterThan', [4]],
    [5, 'lessThan', [5.5]],
    [5, 'greaterOrEqual', [5]],
    [5, 'lessOrEqual', [5]],
    ['2026-12-01', 'before', ['2026-12-02']],
    ['2026-12-02T00:00:01Z', 'after', ['2026-12-02']],
    [Date.UTC(2026, 11, 3), 'after', ['2026-12-02T22:59:59-01:00']],
    ['1.10.0', 'versionGreaterThan', ['1.9.0']],
    ['1.0.0-beta.2', 'versionLessThan', ['1.0.0']],
    ['1.0.0+build.5', 'versionEquals', ['1.0.0']],
    ['10.1.2.3', 'inNetwork', ['192.168.0.0/16', '10.0.0.0/8']],
    ['2001:db8::1', 'inNetwork', ['2001:db8::/32']],
    ['10.1.2.3', 'inNetwork', ['10.1.2.3']],
    ['anna@example.com', 'matches', ['@example\\.(com|org)$']],
    ['x', 'isSet', [true]],
    [undefined, 'isSet', [false]],
  ])('lets in %j %s %j', (...example) => {
    expect(holds(example)).toBe(true);
  });

  test.each<Case>([
    ['gold', 'equals', ['silver']],
    ['5', 'equals', [5]],
    ['gold', 'notEquals', ['gold', 'silver']],
    [5, 'in', [4, 6]],
    [5, 'notIn', [5]],
    ['gold', 'contains', ['silver']],
    [['beta'], 'contains', ['bet']],
    ['my-gold', 'startsWith', ['gold']],
    ['gold-1', 'endsWith', ['gold']],
    [5, 'greaterThan', [5]],
    ['5', 'greaterThan', [4]],
    [5, 'lessThan', [5]],
    [4.99, 'greaterOrEqual', [5]],
    ['2026-12-02', 'before', ['2026-12-02']],
    ['soon', 'before', ['2026-12-02']],
    ['1.9.0', 'versionGreaterThan', ['1.10.0']],
    ['1.9', 'versionLessThan', ['2.0.0']],
    ['11.1.2.3', 'inNetwork', ['10.0.0.0/8']],
    ['not an address', 'inNetwork', ['0.0.0.0/0']],
    [7, 'matches', ['7']],
    [7, 'startsWith', ['7']],
    [['a'], 'notEquals', ['b']],
    [undefined, 'isSet', [true]],
  ])('keeps out %j %s %j', (...example) => {
    expect(holds(example)).toBe(false);
  });

  test.each(['equals', 'notEquals', 'notIn', 'lessThan'] as const)(
    'with %s excludes a context without the attribute',
    (operator) => {
      expect(holds([undefined, operator, [1]])).toBe(false);
      expect(holds([null, operator, [1]])).toBe(false);
    },
  );

  test('with an unknown operator excludes every context', () => {
    expect(holds(['gold', 'resembles' as 'equals', ['gold']])).toBe(false);
  });

  test('prefers fields of the context to attributes of the same name', () => {
    const { holds: isPro } = compileCondition({ attribute: 'tier', operator: 'equals', values: ['pro'] });
    expect(isPro({ targetingKey: 'anna', tier: 'pro' })).toBe(true);
    expect(isPro({ targetingKey: 'anna', tier: 'free', attributes: { tier: 'pro' } })).toBe(false);
  });

  test('does not treat inherited object properties as attributes', () => {
    const rule = compileCondition({ attribute: 'constructor', operator: 'notEquals', values: ['x'] });
    expect(rule.holds({ targetingKey: 'anna', attributes: {} })).toBe(false);
  });
});

test('texts match regardless of case on request only', () => {
  for (const operator of ['equals', 'startsWith', 'contains', 'matches'] as const) {
    const comparison = { attribute: 'plan', operator, values: ['GOLD'] };
    expect(compileComparison({ ...comparison, ignoreCase: true }).matches('gold')).toBe(true);
    expect(compileComparison(comparison).matches('gold')).toBe(false);
  }
});

test('an expression that makes backtracking engines hang is matched in linear time', () => {
  const { matches } = compileComparison({ attribute: 'plan', operator: 'matches', values: ['^(a+)+$'] });
  const startedAt = performance.now();
  expect(matches(`${'a'.repeat(5_000)}!`)).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test.each([
  ['age', 'greaterThan', [4], '5', 'greaterThan compares numbers, but age is a string'],
  ['age', 'greaterThan', [4], undefined, 'age is not set'],
  ['plan', 'startsWith', ['g'], ['gold'], 'startsWith compares texts, but plan is a list'],
] as const)('a mismatch of %s %s %j and %j is explained', (attribute, operator, values, actual, expected) => {
  const { mismatch } = compileComparison({ attribute, operator, values: [...values] });
  expect(mismatch(actual)).toBe(expected);
});

test.each([
  ['matches', '(', 'must be an RE2 expression'],
  ['matches', '(?=a)', 'must be an RE2 expression'],
  ['inNetwork', '10.0.0.0/33', 'must be an IP address or a network such as 10.0.0.0/8'],
  ['versionLessThan', '1', 'must be a value that compares with semantic versions'],
  ['before', 'tomorrow', 'must be a value that compares with times'],
  ['greaterThan', '1', 'must be a value that compares with numbers'],
  ['isSet', 'yes', 'must be true or false'],
] as const)('%s refuses the value %s', (operator, value, expected) => {
  expect(valueFault({ attribute: 'a', operator, values: [value] }, value)).toBe(expected);
});
