import { eventually, startSeverableLink } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { leaseMs } from './leases.ts';
import { RedisUnavailableError } from './redis-unavailable.ts';
import { noon, useDeployments } from './test-support/deployment-in-test.ts';
import { callInTest, dayBudget } from './test-support/rows-in-test.ts';

const { deploy, url } = useDeployments();

const call = () => callInTest({ admittedAt: noon, userId: uuidv7(), budgets: [dayBudget(100n)] });

test('while Redis is unavailable every operation rejects with RedisUnavailableError', async () => {
  const deployment = deploy();
  const { admission, cache } = deployment.process('redis://127.0.0.1:1');
  const { request, settlement, name } = call();
  const idempotency = { key: 'k', bodyHash: 'b' };
  const operations = [
    admission.admit(request),
    admission.settle(settlement(1n)),
    admission.withdraw(name),
    admission.storeAnswer({ ...name, idempotency, answer: 'yes' }),
    admission.renewLeases(),
    admission.expireLeases(),
    cache.read('q'),
    cache.clear(),
    cache.figures(),
  ];
  for (const outcome of await Promise.allSettled(operations)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(RedisUnavailableError) });
    expect(outcome).toMatchObject({ reason: { code: 'DEPENDENCY_UNAVAILABLE', retryAfterSeconds: 2 } });
  }
});

test('a script that fails for another reason is not reported as an outage of Redis', async () => {
  const deployment = deploy();
  await deployment.redis.set(deployment.keys('journal', 'llm.usage'), 'not a stream');
  const failure = await deployment
    .process()
    .admission.admit(call().request)
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toBeInstanceOf(RedisUnavailableError);
});

test('a call whose admission was executed but not confirmed is withdrawn when Redis is back', async () => {
  const deployment = deploy();
  const link = await startSeverableLink(url());
  const process = deployment.process(link.url);
  const { request } = call();
  await process.admission.admit({ ...request, callId: uuidv7() });
  expect(await deployment.heldBy(request.userId)).toBe(100n);

  // Simulates a connection lost between the command and its reply.
  const held = call();
  await deployment.process().admission.admit(held.request);
  await link.cut();
  await expect(process.admission.admit(held.request)).rejects.toBeInstanceOf(RedisUnavailableError);
  expect(await deployment.heldBy(held.request.userId)).toBe(100n);
  await link.mend();
  await eventually(() => process.admission.renewLeases());
  expect(await deployment.heldBy(held.request.userId)).toBe(0n);
  expect(await deployment.rows()).toEqual([]);
});

test('a settlement that failed can be repeated, and settles', async () => {
  const deployment = deploy();
  const link = await startSeverableLink(url());
  const { admission } = deployment.process(link.url);
  const { request, settlement } = call();
  await admission.admit(request);
  await link.cut();
  await expect(admission.settle(settlement(7n))).rejects.toBeInstanceOf(RedisUnavailableError);
  await link.mend();
  await eventually(async () => expect(await admission.settle(settlement(7n))).toMatch(/settled|unknown/));
  expect(await deployment.spent('user', 'day', request.userId)).toBe(7n);
  expect(await deployment.holding()).toEqual([]);
});

test('if a hand-over to the next attempt is not confirmed, nothing stays reserved for that attempt', async () => {
  const deployment = deploy();
  const link = await startSeverableLink(url());
  const { admission } = deployment.process(link.url);
  for (const carriedOut of [true, false]) {
    const { request, settlement, next } = call();
    await admission.admit(request);
    const handOver = settlement(7n, { next: next(50n) });
    if (carriedOut) await deployment.process().admission.settle(handOver);
    await link.cut();
    await expect(admission.settle(handOver)).rejects.toBeInstanceOf(RedisUnavailableError);
    await link.mend();
    await eventually(() => admission.renewLeases());
    expect(await admission.settle(handOver)).toBe(carriedOut ? 'unknown' : 'settled');
    expect(await deployment.holding()).toEqual([]);
    expect(await deployment.spent('user', 'day', request.userId)).toBe(7n);
  }
});

test('the lease of a call whose settlement never arrives is not renewed, and the call is settled as lost', async () => {
  const deployment = deploy();
  const link = await startSeverableLink(url());
  const { admission } = deployment.process(link.url);
  const { request, settlement } = call();
  await admission.admit(request);
  await link.cut();
  await expect(admission.settle(settlement(7n))).rejects.toBeInstanceOf(RedisUnavailableError);
  await link.mend();
  deployment.clock.advance(leaseMs);
  await eventually(() => admission.renewLeases());
  expect(await deployment.process().admission.expireLeases()).toBe(1);
  expect(await deployment.rows()).toMatchObject([{ status: 'lost', costNanos: '100' }]);
});
