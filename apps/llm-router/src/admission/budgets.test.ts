import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { noon, useDeployments } from './test-support/deployment-in-test.ts';
import { type CallInTest, callInTest, dayBudget } from './test-support/rows-in-test.ts';
import type { Budget } from './types.ts';

const { deploy } = useDeployments();

const userId = uuidv7();
const call = (options: Partial<CallInTest['request']> = {}) =>
  callInTest({ admittedAt: noon, userId, ...options });

test('concurrent calls in two processes never reserve more than the budget, not by one nano-dollar', async () => {
  const deployment = deploy();
  const processes = deployment.twoProcesses();
  // Room for seven of 13 and not for one more: 92 would need 104.
  const calls = Array.from({ length: 60 }, () => call({ reservedNanos: 13n, budgets: [dayBudget(103n)] }));
  const answers = await Promise.all(calls.map(({ request }, at) => processes(at).admission.admit(request)));
  expect(answers.filter((answer) => answer.kind === 'admitted')).toHaveLength(7);
  expect(await deployment.heldBy(userId)).toBe(91n);
  expect(answers.find((answer) => answer.kind === 'over_budget')).toEqual({
    kind: 'over_budget',
    ...dayBudget(103n),
    spentNanos: 91n,
    resetsAt: Date.UTC(2026, 10, 26),
  });
});

test('a budget can be used up to its last nano-dollar', async () => {
  const { admission } = deploy().process();
  const first = call({ reservedNanos: 60n, budgets: [dayBudget(100n)] });
  await admission.admit(first.request);
  const second = call({ reservedNanos: 40n, budgets: [dayBudget(100n)] });
  expect(await admission.admit(second.request)).toMatchObject({ kind: 'admitted' });
  const third = call({ reservedNanos: 1n, budgets: [dayBudget(100n)] });
  expect(await admission.admit(third.request)).toMatchObject({ kind: 'over_budget', spentNanos: 100n });
});

test('a settled call counts at its cost, and the rest of its reservation is released', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const first = call({ reservedNanos: 100n, budgets: [dayBudget(100n)] });
  await admission.admit(first.request);
  expect(await admission.settle(first.settlement(30n))).toBe('settled');
  expect(await deployment.spent('user', 'day', userId)).toBe(30n);
  const second = call({ reservedNanos: 70n, budgets: [dayBudget(100n)] });
  expect(await admission.admit(second.request)).toMatchObject({ kind: 'admitted' });
});

test('nothing is reserved when no call is in flight', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const calls = [call({ cache: { key: 'q', read: true } }), call(), call({ reservedNanos: 0n })];
  for (const { request } of calls) await admission.admit(request);
  expect(await deployment.heldByAll()).toBe(200n);
  for (const { settlement } of calls) await admission.settle(settlement(5n));
  expect(await deployment.holding()).toEqual([]);
});

test('the platform budget applies to all users together', async () => {
  const { admission } = deploy().process();
  const budgets: Budget[] = [{ scope: 'platform', period: 'day', limitNanos: 250n }];
  const answers = [];
  for (const _ of [1, 2, 3]) answers.push(await admission.admit(call({ userId: uuidv7(), budgets }).request));
  expect(answers.map(({ kind }) => kind)).toEqual(['admitted', 'admitted', 'over_budget']);
  expect(answers[2]).toMatchObject({ scope: 'platform', period: 'day', spentNanos: 200n });
});

test('of several exhausted budgets the one that resets last is named', async () => {
  const { admission } = deploy().process();
  const budgets: Budget[] = [dayBudget(10n), { scope: 'user', period: 'month', limitNanos: 20n }];
  expect(await admission.admit(call({ budgets }).request)).toMatchObject({
    kind: 'over_budget',
    period: 'month',
    limitNanos: 20n,
    resetsAt: Date.UTC(2026, 11, 1),
  });
});

test('a reservation in flight at midnight counts against the new day, and its cost against the old day', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const late = call({ reservedNanos: 80n, budgets: [dayBudget(100n)] });
  await admission.admit(late.request);
  const oldDay = deployment.spentKey('user', 'day', userId);
  deployment.clock.advance(12 * 3_600_000);
  const early = callInTest({
    admittedAt: deployment.clock.now(),
    userId,
    reservedNanos: 30n,
    budgets: [dayBudget(100n)],
  });
  expect(await admission.admit(early.request)).toMatchObject({ kind: 'over_budget', spentNanos: 80n });
  await admission.settle(late.settlement(80n));
  expect(await deployment.redis.get(oldDay)).toBe('80');
  expect(await admission.admit(early.request)).toMatchObject({ kind: 'admitted' });
});

test('amounts of millions of dollars are exact', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const million = 1_000_000n * 1_000_000_000n;
  const first = call({ reservedNanos: 8n * million, budgets: [dayBudget(8n * million + 1n)] });
  await admission.admit(first.request);
  await admission.settle(first.settlement(8n * million - 1n));
  expect(await deployment.spent('user', 'day', userId)).toBe(8n * million - 1n);
  const second = call({ reservedNanos: 3n, budgets: [dayBudget(8n * million + 1n)] });
  expect(await admission.admit(second.request)).toMatchObject({
    kind: 'over_budget',
    spentNanos: 8n * million - 1n,
  });
  const third = call({ reservedNanos: 2n, budgets: [dayBudget(8n * million + 1n)] });
  expect(await admission.admit(third.request)).toMatchObject({ kind: 'admitted' });
});

test('an admission that is sent twice reserves once', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const limits = [{ name: 'hour', unit: 'requests' as const, limit: 5, windowMs: 3_600_000, amount: 1 }];
  const { request } = call({
    budgets: [dayBudget(100n)],
    limits,
    idempotency: { key: 'k', bodyHash: 'b' },
    cache: { key: 'q', read: true },
  });
  const first = await admission.admit(request);
  expect(await admission.admit(request)).toEqual(first);
  expect(await deployment.heldByAll()).toBe(100n);
});

test('when the journal is full nothing is admitted', async () => {
  const deployment = deploy({ maxFacts: 2 });
  const { admission } = deployment.process();
  for (const _ of [1, 2]) {
    const made = call();
    await admission.admit(made.request);
    await admission.settle(made.settlement(1n));
  }
  expect(await admission.admit(call().request)).toEqual({ kind: 'journal_full' });
  expect(await deployment.holding()).toEqual([]);
});
