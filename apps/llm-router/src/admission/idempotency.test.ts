import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { leaseMs } from './leases.ts';
import { noon, useDeployments } from './test-support/deployment-in-test.ts';
import { type CallInTest, callInTest, dayBudget } from './test-support/rows-in-test.ts';

const { deploy } = useDeployments();

const userId = uuidv7();
const idempotency = { key: 'order-1', bodyHash: 'a' };
const call = (options: Partial<CallInTest['request']> = {}) =>
  callInTest({ admittedAt: noon, userId, idempotency, ...options });

const day = 24 * 3_600_000;

test('of many concurrent requests with one key one is admitted', async () => {
  const deployment = deploy();
  const processes = deployment.twoProcesses();
  const calls = Array.from({ length: 20 }, () => call());
  const answers = await Promise.all(calls.map(({ request }, at) => processes(at).admission.admit(request)));
  expect(answers.map((answer) => answer.kind).sort()).toEqual(['admitted', ...Array(19).fill('in_flight')]);
});

test('while a request runs, a repetition is in flight, and another body is a mismatch', async () => {
  const { admission } = deploy().process();
  await admission.admit(call().request);
  const again = await admission.admit(call().request);
  expect(again).toMatchObject({ kind: 'in_flight' });
  const other = call({ idempotency: { ...idempotency, bodyHash: 'b' } });
  expect(await admission.admit(other.request)).toEqual({ kind: 'mismatch' });
});

test('a final answer is replayed for 24 hours for the same user and body', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const { request, settlement } = call();
  await admission.admit(request);
  await admission.settle(settlement(1n, { answer: 'Yes, ünd 🙂.' }));
  expect(await admission.admit(call().request)).toEqual({ kind: 'replay', answer: 'Yes, ünd 🙂.' });
  const other = call({ idempotency: { ...idempotency, bodyHash: 'b' } });
  expect(await admission.admit(other.request)).toEqual({ kind: 'mismatch' });
  expect(await admission.admit(call({ userId: uuidv7() }).request)).toMatchObject({ kind: 'admitted' });
  const [claim = ''] = await deployment.redis.keys(deployment.keys('idem', userId, '*'));
  const kept = await deployment.redis.pttl(claim);
  expect(kept).toBeGreaterThan(day - 60_000);
  expect(kept).toBeLessThanOrEqual(day);
});

test('a replay costs nothing, even if budget, limit and journal are exhausted', async () => {
  const deployment = deploy({ maxFacts: 1 });
  const { admission } = deployment.process();
  const limits = [{ name: 'hour', unit: 'requests' as const, limit: 1, windowMs: 3_600_000, amount: 1 }];
  const full = { limits, budgets: [dayBudget(100n)] };
  const { request, settlement } = call(full);
  await admission.admit(request);
  await admission.settle(settlement(100n, { answer: 'yes' }));
  expect(await admission.admit(call(full).request)).toEqual({ kind: 'replay', answer: 'yes' });
  expect(await deployment.rows()).toHaveLength(1);
});

test('a request that ends without a final answer leaves its key free', async () => {
  const { admission } = deploy().process();
  const { request, settlement } = call();
  await admission.admit(request);
  await admission.settle(settlement(0n));
  expect(await admission.admit(call().request)).toMatchObject({ kind: 'admitted' });
});

test('an answer of more than 4 MiB is not stored', async () => {
  const { admission } = deploy().process();
  const { request, settlement } = call();
  await admission.admit(request);
  await admission.settle(settlement(1n, { answer: 'x'.repeat(4 * 1024 * 1024 + 1) }));
  expect(await admission.admit(call().request)).toMatchObject({ kind: 'admitted' });
});

test('a key whose process died is in flight until its call is settled as lost, then free', async () => {
  const deployment = deploy();
  const [dead, other] = [deployment.process(), deployment.process()];
  await dead.admission.admit(call().request);
  deployment.clock.advance(leaseMs + 1);
  expect(await other.admission.admit(call().request)).toMatchObject({ kind: 'in_flight' });
  await other.admission.expireLeases();
  expect(await other.admission.admit(call().request)).toMatchObject({ kind: 'admitted' });
});

test('a call settled as lost does not change a key that another call has claimed since', async () => {
  const deployment = deploy();
  const [slow, other] = [deployment.process(), deployment.process()];
  const { request, settlement } = call();
  await slow.admission.admit(request);
  deployment.clock.advance(leaseMs + 1);
  await other.admission.expireLeases();
  const second = call();
  await other.admission.admit(second.request);
  await slow.admission.settle(settlement(1n, { answer: 'late' }));
  expect(await other.admission.admit(call().request)).toMatchObject({ kind: 'in_flight' });
  await other.admission.settle(second.settlement(1n, { answer: 'right' }));
  expect(await other.admission.admit(call().request)).toEqual({ kind: 'replay', answer: 'right' });
});

test('a cached answer claims the key until the sent answer is stored', async () => {
  const deployment = deploy();
  const { admission, cache } = deployment.process();
  await cache.write({ key: 'q', value: 'cached', model: 'm', ttlMs: 60_000 });
  const { request, name } = call({ cache: { key: 'q', read: true } });
  expect(await admission.admit(request)).toMatchObject({ kind: 'cached' });
  expect(await admission.admit(call().request)).toMatchObject({ kind: 'in_flight' });
  await admission.storeAnswer({ ...name, idempotency, answer: 'as sent' });
  expect(await admission.admit(call().request)).toEqual({ kind: 'replay', answer: 'as sent' });
});

test('a cached answer that was not stored before its process died frees the key after a lease', async () => {
  const deployment = deploy();
  const { admission, cache } = deployment.process();
  await cache.write({ key: 'q', value: 'cached', model: 'm', ttlMs: day });
  await admission.admit(call({ cache: { key: 'q', read: true } }).request);
  deployment.clock.advance(leaseMs);
  expect(await admission.admit(call().request)).toMatchObject({ kind: 'admitted' });
});

test('a refusal can be stored as the final answer, but replaces neither an answer nor a call in flight', async () => {
  const { admission } = deploy().process();
  const refused = call();
  await admission.storeAnswer({ ...refused.name, idempotency, answer: 'refused' });
  expect(await admission.admit(call().request)).toEqual({ kind: 'replay', answer: 'refused' });
  await admission.storeAnswer({ ...call().name, idempotency, answer: 'other' });
  expect(await admission.admit(call().request)).toEqual({ kind: 'replay', answer: 'refused' });
  const running = { key: 'order-2', bodyHash: 'a' };
  await admission.admit(call({ idempotency: running }).request);
  await admission.storeAnswer({ ...refused.name, idempotency: running, answer: 'refused' });
  await admission.storeAnswer({ ...refused.name, idempotency: running, answer: undefined });
  expect(await admission.admit(call({ idempotency: running }).request)).toMatchObject({ kind: 'in_flight' });
});

test('a call cannot answer a key that another call has claimed since', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const first = call();
  await admission.admit(first.request);
  await deployment.redis.del(...(await deployment.redis.keys(deployment.keys('idem', userId, '*'))));
  await admission.admit(call().request);
  await admission.settle(first.settlement(1n, { answer: 'first' }));
  expect(await admission.admit(call().request)).toMatchObject({ kind: 'in_flight' });
});
