import { tiers } from '@valuecanvas/contracts-core';
import { ConfigError } from '@valuecanvas/service-kit';
import { expect, test } from 'vitest';
import { numberOf } from '../admission/counters.ts';
import { limitsFor, readTierLimits } from './tier-limits.ts';

const user = (tier: (typeof tiers)[number], role: 'user' | 'admin' = 'user') => ({ tier, role });
const hour = 3_600_000;

test.each([
  ['free', 10, 500_000_000n, 5_000_000_000n],
  ['basic', 50, 2_000_000_000n, 20_000_000_000n],
  ['pro', 100, 10_000_000_000n, 100_000_000_000n],
  ['enterprise', 1_000, 100_000_000_000n, 1_000_000_000_000n],
] as const)(
  '%s may send %i requests per hour and has the budgets of its tier',
  (tier, requests, day, month) => {
    const limits = readTierLimits();
    expect(limitsFor(limits, user(tier), 'any', 500)).toEqual([
      { name: 'requestsPerHour', unit: 'requests', limit: requests, windowMs: hour, amount: 1 },
    ]);
    expect(limits[tier]).toMatchObject({ day, month });
    expect(limits[tier].budgets).toEqual([
      { scope: 'user', period: 'day', limitNanos: day },
      { scope: 'user', period: 'month', limitNanos: month },
    ]);
  },
);

test('admins have budgets but no request limit', () => {
  const limits = readTierLimits(
    '{ "free": { "tokensPerHour": 1, "models": { "big": { "requestsPerHour": 1 } } } }',
  );
  expect(limitsFor(limits, user('free', 'admin'), 'big', 500)).toEqual([]);
  expect(limits.free.budgets).toHaveLength(2);
});

test('LLM_TIERS overrides exactly the defaults that it names', () => {
  const limits = readTierLimits('{ "free": { "requestsPerMinute": 2, "budgetPerDay": 0.000000001 } }');
  expect(limitsFor(limits, user('free'), 'any', 500)).toMatchObject([
    { name: 'requestsPerMinute', limit: 2, windowMs: 60_000 },
    { name: 'requestsPerHour', limit: 10 },
  ]);
  expect(limits.free).toMatchObject({ day: 1n, month: 5_000_000_000n });
  expect(limits.basic).toEqual(readTierLimits().basic);
});

test('token limits use the call’s maximum number of tokens', () => {
  const limits = readTierLimits('{ "pro": { "tokensPerMinute": 1000, "tokensPerHour": 20000 } }');
  expect(limitsFor(limits, user('pro'), 'any', 700)).toEqual([
    { name: 'requestsPerHour', unit: 'requests', limit: 100, windowMs: hour, amount: 1 },
    { name: 'tokensPerMinute', unit: 'tokens', limit: 1_000, windowMs: 60_000, amount: 700 },
    { name: 'tokensPerHour', unit: 'tokens', limit: 20_000, windowMs: hour, amount: 700 },
  ]);
});

test('a model’s limits apply in addition to the tier’s, and to no other model', () => {
  const limits = readTierLimits(
    '{ "pro": { "models": { "constructor/big": { "requestsPerHour": 5, "tokensPerMinute": 9 } } } }',
  );
  expect(limitsFor(limits, user('pro'), 'constructor/big', 7)).toMatchObject([
    { name: 'requestsPerHour', limit: 100 },
    { name: 'requestsPerHour', model: 'constructor/big', limit: 5, amount: 1 },
    { name: 'tokensPerMinute', model: 'constructor/big', limit: 9, amount: 7 },
  ]);
  for (const model of ['big', 'constructor', '__proto__'])
    expect(limitsFor(limits, user('pro'), model, 7)).toHaveLength(1);
});

test('calls of one tier share one array of limits if tokens are unlimited', () => {
  const limits = readTierLimits();
  expect(limitsFor(limits, user('free'), 'a', 1)).toBe(limitsFor(limits, user('free'), 'b', 2));
});

test('users get alerts at 80 % and 100 % of their budgets, operators at platform amounts', () => {
  expect(readTierLimits().free.thresholds).toEqual([
    { scope: 'user', period: 'day', nanos: 400_000_000n, level: 'warning' },
    { scope: 'user', period: 'day', nanos: 500_000_000n, level: 'critical' },
    { scope: 'user', period: 'month', nanos: 4_000_000_000n, level: 'warning' },
    { scope: 'user', period: 'month', nanos: 5_000_000_000n, level: 'critical' },
    { scope: 'platform', period: 'hour', nanos: 10_000_000_000n, level: 'warning' },
    { scope: 'platform', period: 'hour', nanos: 50_000_000_000n, level: 'critical' },
    { scope: 'platform', period: 'day', nanos: 100_000_000_000n, level: 'warning' },
    { scope: 'platform', period: 'day', nanos: 500_000_000_000n, level: 'critical' },
    { scope: 'platform', period: 'month', nanos: 1_000_000_000_000n, level: 'warning' },
    { scope: 'platform', period: 'month', nanos: 5_000_000_000_000n, level: 'critical' },
  ]);
});

test('the platform budget applies to every tier', () => {
  const limits = readTierLimits(undefined, { perDay: 7n });
  for (const tier of tiers)
    expect(limits[tier].budgets).toContainEqual({ scope: 'platform', period: 'day', limitNanos: 7n });
});

test('every budget and threshold has a counter', () => {
  const { budgets, thresholds } = readTierLimits(undefined, { perDay: 1n }).pro;
  for (const counted of [...budgets, ...thresholds]) expect(numberOf(counted)).toBeGreaterThan(0);
});

test('limits are immutable', () => {
  const { free } = readTierLimits('{ "free": { "tokensPerHour": 5 } }', { perDay: 1n });
  for (const part of [
    free,
    free.limits,
    free.limits.ofRequests,
    free.limits.ofRequests[0],
    free.limits.ofTokens[0],
  ])
    expect(Object.isFrozen(part)).toBe(true);
  for (const part of [free.budgets, free.budgets[0], free.thresholds, free.thresholds[0]])
    expect(Object.isFrozen(part)).toBe(true);
});

function faultsOf(json: string): readonly string[] {
  try {
    readTierLimits(json);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test('all faults are reported together with their locations', () => {
  const faults = faultsOf(`{
    "free": { "requestsPerHour": -1, "budget": 5, "models": { "a/b": { "tokensPerHour": 1.5 } } },
    "gold": {}
  }`);
  expect(faults).toHaveLength(4);
  expect(faults).toContain('LLM_TIERS.gold is not known');
  expect(faults).toContain('LLM_TIERS.free.budget is not known');
  expect(faults).toContainEqual(expect.stringMatching(/^LLM_TIERS\.free\.requestsPerHour must be >= 0$/));
  expect(faults).toContainEqual(
    expect.stringMatching(/^LLM_TIERS\.free\.models\.a\/b\.tokensPerHour must be /),
  );
});

test.each(['', '{', '[]', '7', 'null', '{ "free": null }', '{ "pro": { "budgetPerDay": 0.0000000001 } }'])(
  '%j is refused',
  (json) => {
    expect(faultsOf(json)).toHaveLength(1);
  },
);
