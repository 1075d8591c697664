import type { TargetingRule } from '@valuecanvas/contracts-feature-flags';
import { describe, expect, test } from 'vitest';
import { compileTargetingRule } from './targeting-rule.ts';

type Case = [unknown, TargetingRule['operator'], TargetingRule['values']];

const holds = ([actual, operator, values]: Case) =>
  compileTargetingRule({ attribute: 'plan', operator, values })({
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
    expect(holds(['gold', 'matches' as 'equals', ['gold']])).toBe(false);
  });

  test('prefers fields of the context to attributes of the same name', () => {
    const isPro = compileTargetingRule({ attribute: 'tier', operator: 'equals', values: ['pro'] });
    expect(isPro({ targetingKey: 'anna', tier: 'pro' })).toBe(true);
    expect(isPro({ targetingKey: 'anna', tier: 'free', attributes: { tier: 'pro' } })).toBe(false);
  });

  test('does not treat inherited object properties as attributes', () => {
    const rule = compileTargetingRule({ attribute: 'constructor', operator: 'notEquals', values: ['x'] });
    expect(rule({ targetingKey: 'anna', attributes: {} })).toBe(false);
  });
});
