import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { leaseMs } from './leases.ts';
import { noon, useDeployments } from './test-support/deployment-in-test.ts';
import { type CallInTest, callInTest, dayBudget } from './test-support/rows-in-test.ts';

const { deploy } = useDeployments();

const userId = uuidv7();
const budgets = [dayBudget(100n)];
const call = (options: Partial<CallInTest['request']> = {}) =>
  callInTest({ admittedAt: noon, userId, budgets, ...options });

test('a settled call leaves its row in the journal', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const { request, settlement } = call();
  await admission.admit(request);
  expect(await deployment.rows()).toEqual([]);
  await admission.settle(settlement(7n));
  expect(await deployment.rows()).toMatchObject([{ id: request.callId, costNanos: '7', status: 'settled' }]);
});

test('a settlement that is sent twice costs once', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const { request, settlement } = call();
  await admission.admit(request);
  await admission.settle(settlement(7n));
  expect(await admission.settle(settlement(7n))).toBe('unknown');
  expect(await deployment.spent('user', 'day', userId)).toBe(7n);
  expect(await deployment.holding()).toEqual([]);
});

test('a settlement after the call was settled as lost changes no counter, and its row comes second', async () => {
  const deployment = deploy();
  const [dead, other] = [deployment.process(), deployment.process()];
  const { request, settlement } = call();
  await dead.admission.admit(request);
  deployment.clock.advance(leaseMs + 1);
  expect(await other.admission.expireLeases()).toBe(1);
  expect(await dead.admission.settle(settlement(7n))).toBe('unknown');
  expect(await deployment.spent('user', 'day', userId)).toBe(100n);
  expect((await deployment.rows()).map(({ status }) => status)).toEqual(['lost', 'settled']);
  expect(await deployment.holding()).toEqual([]);
});

test('a call that is withdrawn leaves no trace', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const limits = [{ name: 'hour', unit: 'requests' as const, limit: 1, windowMs: 3_600_000, amount: 1 }];
  const idempotency = { key: 'k', bodyHash: 'b' };
  const { request, name } = call({ limits, idempotency, cache: { key: 'q', read: true } });
  await admission.admit(request);
  await admission.withdraw(name);
  expect(await deployment.holding()).toEqual([]);
  expect(await deployment.rows()).toEqual([]);
  expect(await admission.admit(call({ limits, idempotency }).request)).toMatchObject({ kind: 'admitted' });
});

test('a failed attempt is booked, and the next one can use the rest of the budget', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const { request, settlement, next } = call({ reservedNanos: 60n });
  await admission.admit(request);
  const second = next(90n);
  expect(await admission.settle(settlement(10n, { next: second }))).toBe('continued');
  expect(await deployment.heldBy(userId)).toBe(90n);
  expect(await deployment.spent('user', 'day', userId)).toBe(10n);
  await admission.settle({ ...settlement(5n), callId: second.callId });
  expect(await deployment.spent('user', 'day', userId)).toBe(15n);
  expect(await deployment.holding()).toEqual([]);
});

test('if the budget has no room for the next attempt, everything is released', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const { request, settlement, next } = call({ reservedNanos: 60n, cache: { key: 'q', read: true } });
  await admission.admit(request);
  expect(await admission.settle(settlement(10n, { next: next(91n) }))).toBe('over_budget');
  expect(await deployment.spent('user', 'day', userId)).toBe(10n);
  expect(await deployment.holding()).toEqual([]);
});

test('if a counter is missing no next attempt is made, because the remaining budget is unknown', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const { request, settlement, next } = call();
  await admission.admit(request);
  await deployment.redis.del(deployment.spentKey('user', 'day', userId));
  expect(await admission.settle(settlement(0n, { next: next(1n) }))).toBe('over_budget');
});

test('a hand-over to the next attempt that is sent twice takes effect once', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const { request, settlement, next } = call();
  await admission.admit(request);
  const second = next(50n);
  await admission.settle(settlement(10n, { next: second }));
  expect(await admission.settle(settlement(10n, { next: second }))).toBe('continued');
  expect(await deployment.heldByAll()).toBe(50n);
  expect(await deployment.spent('user', 'day', userId)).toBe(10n);
});

test('a call settled as lost gets no next attempt', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const { request, settlement, next } = call();
  await admission.admit(request);
  deployment.clock.advance(leaseMs + 1);
  await deployment.process().admission.expireLeases();
  expect(await admission.settle(settlement(0n, { next: next(1n) }))).toBe('unknown');
  expect(await deployment.holding()).toEqual([]);
});

test('the next attempt keeps single flight, idempotency key and counted request', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const limits = [{ name: 'hour', unit: 'requests' as const, limit: 2, windowMs: 3_600_000, amount: 1 }];
  const idempotency = { key: 'k', bodyHash: 'b' };
  const cache = { key: 'q', read: true };
  const { request, settlement, next } = call({ limits, idempotency, cache, reservedNanos: 10n });
  await admission.admit(request);
  const second = next(10n);
  await admission.settle(settlement(0n, { next: second, keepRequest: false }));
  expect(await admission.admit(call({ cache }).request)).toEqual({ kind: 'wait' });
  expect(await admission.admit(call({ idempotency }).request)).toMatchObject({ kind: 'in_flight' });
  const other = await admission.admit(call({ limits, reservedNanos: 10n }).request);
  expect(other).toMatchObject({ standings: [{ remaining: 0 }] });
  const answer = { callId: second.callId, answer: 'yes' };
  expect(await admission.settle({ ...settlement(1n), ...answer })).toBe('settled');
  expect(await admission.admit(call({ idempotency }).request)).toEqual({ kind: 'replay', answer: 'yes' });
  expect(await admission.admit(call({ cache, reservedNanos: 10n }).request)).toMatchObject({
    kind: 'admitted',
  });
});
