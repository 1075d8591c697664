import { permissions } from '@valuecanvas/contracts-core';
import { describe, expect, test } from 'vitest';
import { flagRule } from '../test-support/flag-rule.ts';
import { compileFlag, compileFlags, evaluateFlag } from './compile-flag.ts';
import { userContext } from './context.ts';

const anna = { targetingKey: 'anna', tier: 'pro', country: 'DE' };
const variants = [{ name: 'blue', weight: 1, config: { colour: '#00f' } }];

const off = (reason: string) => ({ enabled: false, variant: null, value: false, reason });
const on = (reason: string) => ({ enabled: true, variant: null, value: true, reason });

describe('an evaluation', () => {
  test('of a disabled flag is off for all users, including listed ones', () => {
    const rule = flagRule({ enabled: false, targeting: { userIds: ['anna'] } });
    expect(evaluateFlag(rule, anna)).toEqual(off('DISABLED'));
  });

  test('is on for a listed user, regardless of conditions and rollout', () => {
    const rule = flagRule({ rolloutPercentage: 0, targeting: { userIds: ['anna'], tiers: ['free'] } });
    expect(evaluateFlag(rule, anna)).toEqual(on('TARGETING_MATCH'));
    expect(evaluateFlag(rule, { ...anna, targetingKey: 'ben' })).toEqual(off('DEFAULT'));
  });

  test('is on for all other users as well if a list of users is the only targeting', () => {
    const rule = flagRule({ targeting: { userIds: ['ben'] } });
    expect(evaluateFlag(rule, anna)).toEqual(on('STATIC'));
  });

  test('is off for a user who fails a condition, and on for a user who meets all of them', () => {
    const flag = compileFlag(flagRule({ targeting: { tiers: ['pro'], countries: ['DE', 'FR'] } }));
    expect(flag(anna)).toEqual(on('TARGETING_MATCH'));
    expect(flag({ ...anna, country: 'US' })).toEqual(off('DEFAULT'));
    expect(flag({ ...anna, tier: 'free' })).toEqual(off('DEFAULT'));
    expect(flag({ targetingKey: 'anna', tier: 'pro' })).toEqual(off('DEFAULT'));
  });

  test('is off for all users if the list of tiers or countries is empty', () => {
    expect(evaluateFlag(flagRule({ targeting: { tiers: [] } }), anna)).toEqual(off('DEFAULT'));
    expect(evaluateFlag(flagRule({ targeting: { countries: [] } }), anna)).toEqual(off('DEFAULT'));
  });

  test('has the reason SPLIT on both sides of a partial rollout, with and without conditions', () => {
    const flag = compileFlag(flagRule({ rolloutPercentage: 10, targeting: { tiers: ['pro'] } }));
    expect(flag({ ...anna, targetingKey: 'user-1' })).toEqual(on('SPLIT'));
    expect(flag({ ...anna, targetingKey: 'user-2' })).toEqual(off('SPLIT'));
  });

  test('has the reason STATIC at 100 % and DEFAULT at 0 % without other settings', () => {
    expect(evaluateFlag(flagRule(), anna)).toEqual(on('STATIC'));
    expect(evaluateFlag(flagRule({ rolloutPercentage: 0 }), anna)).toEqual(off('DEFAULT'));
  });

  test('has the configuration of the variant as its value', () => {
    const blue = { enabled: true, variant: 'blue', value: { colour: '#00f' } };
    expect(evaluateFlag(flagRule({ variants }), anna)).toEqual({ ...blue, reason: 'SPLIT' });
    expect(evaluateFlag(flagRule({ variants, targeting: { userIds: ['anna'] } }), anna)).toEqual({
      ...blue,
      reason: 'TARGETING_MATCH',
    });
  });

  test('has neither variant nor configuration if the flag is off', () => {
    expect(evaluateFlag(flagRule({ variants, enabled: false }), anna)).toEqual(off('DISABLED'));
  });

  test('cannot be modified by a caller', () => {
    const evaluation = evaluateFlag(flagRule(), anna);
    expect(() => Object.assign(evaluation, { enabled: false })).toThrow(TypeError);
  });
});

test('flags are found by key', () => {
  const flags = compileFlags([flagRule({ key: 'one' }), flagRule({ key: 'two', enabled: false })]);
  expect(flags.get('one')?.(anna).enabled).toBe(true);
  expect(flags.get('two')?.(anna).enabled).toBe(false);
  expect(flags.get('three')).toBeUndefined();
});

test("a user's context comes from the verified principal", () => {
  const principal = {
    kind: 'user',
    userId: 'u1',
    tier: 'pro',
    role: 'admin',
    permissions,
    sessionId: 's1',
  } as const;
  expect(userContext(principal)).toEqual({ targetingKey: 'u1', tier: 'pro', role: 'admin' });
});
