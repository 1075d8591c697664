import { eventually } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import type { SpentCounter } from './counters.ts';
import { noon, useDeployments } from './test-support/deployment-in-test.ts';
import { type CallInTest, callInTest, dayBudget } from './test-support/rows-in-test.ts';
import type { Threshold } from './types.ts';

const { deploy } = useDeployments();

const userId = uuidv7();
const call = (options: Partial<CallInTest['request']> = {}) =>
  callInTest({ admittedAt: noon, userId, budgets: [dayBudget(100n)], ...options });
const platformHour: readonly Threshold[] = [
  { scope: 'platform', period: 'hour', nanos: 1_000n, level: 'warning' },
];

test('an absent counter is seeded with the spent amount before anything is reserved', async () => {
  const asked: SpentCounter[] = [];
  const deployment = deploy({
    spent: async (counter) => {
      asked.push(counter);
      return 95n;
    },
  });
  const { admission } = deployment.process();
  expect(await admission.admit(call({ reservedNanos: 6n }).request)).toMatchObject({ spentNanos: 95n });
  expect(await admission.admit(call({ reservedNanos: 5n }).request)).toMatchObject({ kind: 'admitted' });
  const [day, nextDay] = [Date.UTC(2026, 10, 25), Date.UTC(2026, 10, 26)];
  expect(asked).toEqual([{ scope: 'user', period: 'day', userId, startsAt: day, endsAt: nextDay }]);
});

test('each period has its own counter', async () => {
  const asked: (readonly [string, string, number])[] = [];
  const deployment = deploy({
    spent: async ({ scope, period, startsAt }) => {
      asked.push([scope, period, startsAt]);
      return 0n;
    },
  });
  const { admission } = deployment.process();
  const budgets = [dayBudget(1n), { scope: 'user', period: 'month', limitNanos: 1n } as const];
  await admission.admit(call({ budgets, reservedNanos: 0n }).request);
  deployment.clock.advance(12 * 3_600_000);
  await admission.admit(call({ budgets, reservedNanos: 0n }).request);
  expect(asked).toEqual([
    ['user', 'day', Date.UTC(2026, 10, 25)],
    ['user', 'month', Date.UTC(2026, 10, 1)],
    ['user', 'day', Date.UTC(2026, 10, 26)],
  ]);
});

test('if past spending cannot be determined, nothing is admitted, and the reason is propagated', async () => {
  const reason = new Error('the ledger is unavailable');
  const deployment = deploy({ spent: () => Promise.reject(reason) });
  const { admission } = deployment.process();
  await expect(admission.admit(call().request)).rejects.toBe(reason);
  expect(await deployment.holding()).toEqual([]);
});

test('concurrent calls that miss a counter compute its sum once', async () => {
  let asked = 0;
  const deployment = deploy({
    spent: async () => {
      asked += 1;
      return 50n;
    },
  });
  const { admission } = deployment.process();
  const calls = Array.from({ length: 20 }, () => call({ reservedNanos: 10n }));
  const answers = await Promise.all(calls.map(({ request }) => admission.admit(request)));
  expect(answers.filter(({ kind }) => kind === 'admitted')).toHaveLength(5);
  expect(asked).toBe(1);
});

test('a cost settled while a counter is absent is included by its seeding', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const { request, settlement } = call();
  await admission.admit(request);
  await deployment.redis.del(deployment.spentKey('user', 'day', userId));
  await admission.settle(settlement(30n));
  expect(await deployment.spent('user', 'day', userId)).toBeUndefined();
  expect(await admission.admit(call({ reservedNanos: 71n }).request)).toMatchObject({ spentNanos: 30n });
});

test('a call settled while the sum is computed is neither omitted nor counted twice', async () => {
  const first = call({ reservedNanos: 40n });
  let sums = 0;
  const deployment = deploy({
    // The first sum is computed before the settlement, the second one after it.
    spent: async () => {
      sums += 1;
      if (sums === 1) return 0n;
      if (sums > 2) return 30n;
      await admission.settle(first.settlement(30n));
      return 0n;
    },
  });
  const { admission } = deployment.process();
  await admission.admit(first.request);
  await deployment.redis.del(deployment.spentKey('user', 'day', userId));
  await admission.admit(call({ reservedNanos: 1n }).request);
  expect(await deployment.spent('user', 'day', userId)).toBe(30n);
  expect(sums).toBe(3);
});

test('if calls are settled during every sum, their costs are finally added rather than omitted', async () => {
  const deployment = deploy({
    spent: async () => {
      const made = running.shift();
      if (made) await admission.settle(made.settlement(10n));
      return 0n;
    },
  });
  const { admission } = deployment.process();
  const running: CallInTest[] = [];
  const calls = Array.from({ length: 6 }, () => call({ reservedNanos: 10n }));
  for (const { request } of calls) await admission.admit(request);
  await deployment.redis.del(deployment.spentKey('user', 'day', userId));
  running.push(...calls);
  await admission.admit(call({ reservedNanos: 1n }).request);
  expect(await deployment.spent('user', 'day', userId)).toBe(10n);
  expect(running).toHaveLength(2);
});

test('a counter that is only watched delays no call, whether or not it can be seeded', async () => {
  let isUnavailable = true;
  const deployment = deploy({
    spent: ({ scope }) =>
      scope === 'platform' && isUnavailable ? Promise.reject(new Error('unavailable')) : Promise.resolve(7n),
  });
  const { admission } = deployment.process();
  const watched = () => call({ thresholds: platformHour, reservedNanos: 1n });
  expect(await admission.admit(watched().request)).toMatchObject({ kind: 'admitted' });
  await eventually(() => expect(deployment.errors).toHaveLength(1));
  isUnavailable = false;
  await admission.admit(watched().request);
  expect(await deployment.spent('platform', 'hour')).toBeUndefined();
  deployment.clock.advance(5_000);
  await admission.admit(watched().request);
  await eventually(async () => expect(await deployment.spent('platform', 'hour')).toBe(7n));
});

test('counters outlive their period by days, and then expire', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const { request, settlement } = call();
  await admission.admit(request);
  await admission.settle(settlement(1n));
  const leftMs = await deployment.redis.pttl(deployment.spentKey('user', 'day', userId));
  expect(leftMs / 3_600_000).toBeGreaterThan(12 + 2 * 24);
  expect(leftMs / 3_600_000).toBeLessThan(12 + 4 * 24);
});

test('counters of the coming period are created ahead, so that no call at midnight waits for the ledger', async () => {
  let asked = 0;
  const deployment = deploy({
    startsAt: Date.UTC(2026, 10, 30, 23, 50),
    spent: async () => {
      asked += 1;
      return 40n;
    },
  });
  const { admission } = deployment.process();
  const budgets = [dayBudget(100n), { scope: 'user', period: 'month', limitNanos: 100n } as const];
  const late = call({ budgets, reservedNanos: 10n });
  await admission.admit(late.request);
  deployment.clock.advance(10 * 60_000);
  await admission.settle(late.settlement(10n));
  expect(await admission.admit(call({ budgets, reservedNanos: 100n }).request)).toMatchObject({
    kind: 'admitted',
  });
  expect(asked).toBe(2);
});

test('a counter is not created in the last minute before its period, in which another clock may already have begun it', async () => {
  const deployment = deploy({ startsAt: Date.UTC(2026, 10, 30, 23, 59), spent: async () => 40n });
  const { admission } = deployment.process();
  await admission.admit(call({ reservedNanos: 1n }).request);
  deployment.clock.advance(60_000);
  expect(await admission.admit(call({ reservedNanos: 60n }).request)).toMatchObject({ spentNanos: 41n });
});
