import { eventually, startSeverableLink } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { createLeaseRound, leaseMs } from './leases.ts';
import { RedisUnavailableError } from './redis-unavailable.ts';
import {
  type DeploymentInTest,
  noon,
  type ProcessInTest,
  useDeployments,
} from './test-support/deployment-in-test.ts';
import { type CallInTest, callInTest, dayBudget } from './test-support/rows-in-test.ts';

const { deploy, url } = useDeployments();

const userId = uuidv7();
const call = (options: Partial<CallInTest['request']> = {}) =>
  callInTest({ admittedAt: noon, userId, budgets: [dayBudget(100n)], ...options });

/** The rounds of a process that the test can kill. */
function keeping({ clock }: DeploymentInTest, { admission, redis }: ProcessInTest) {
  const heard = { expired: 0, errors: [] as unknown[] };
  const round = createLeaseRound({
    ...{ admission, redis, now: clock.now },
    onExpired: (calls) => {
      heard.expired += calls;
    },
  });
  return { heard, round: () => round().catch((error: unknown) => void heard.errors.push(error)) };
}

test('a call whose process died is settled as lost: booked and charged at its whole reservation', async () => {
  const deployment = deploy();
  const { request } = call({ cache: { key: 'q', read: true } });
  await deployment.process().admission.admit(request);
  deployment.clock.advance(leaseMs - 1);
  const other = deployment.process();
  expect(await other.admission.expireLeases()).toBe(0);
  deployment.clock.advance(1);
  expect(await other.admission.expireLeases()).toBe(1);
  expect(await deployment.rows()).toMatchObject([{ id: request.callId, status: 'lost', costNanos: '100' }]);
  expect(await deployment.spent('user', 'day', userId)).toBe(100n);
  expect(await deployment.holding()).toEqual([]);
});

test('two processes that expire the same calls settle each once', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  for (const _ of [1, 2, 3]) await admission.admit(call({ reservedNanos: 10n }).request);
  deployment.clock.advance(leaseMs);
  const others = [deployment.process(), deployment.process()];
  const expired = await Promise.all(others.map((other) => other.admission.expireLeases()));
  expect(expired.reduce((sum, calls) => sum + calls, 0)).toBe(3);
  expect(await deployment.rows()).toHaveLength(3);
  expect(await deployment.spent('user', 'day', userId)).toBe(30n);
});

test('the lease of a call that its process has forgotten is not renewed forever', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  await admission.admit(call().request);
  for (let seconds = 0; seconds < 15 * 60; seconds += 20) {
    await admission.renewLeases();
    expect(await admission.expireLeases()).toBe(0);
    deployment.clock.advance(20_000);
  }
  deployment.clock.advance(leaseMs);
  await admission.renewLeases();
  expect(await admission.expireLeases()).toBe(1);
  expect(await deployment.holding()).toEqual([]);
});

test('a call with a renewed lease stays alive, and so does its next attempt', async () => {
  const deployment = deploy();
  const [own, other] = [deployment.process(), deployment.process()];
  const { request, settlement, next } = call();
  await own.admission.admit(request);
  const second = next(10n);
  for (const settle of [undefined, settlement(0n, { next: second }), undefined]) {
    deployment.clock.advance(leaseMs - 1);
    if (settle) await own.admission.settle(settle);
    else await own.admission.renewLeases();
    deployment.clock.advance(leaseMs - 1);
    expect(await other.admission.expireLeases()).toBe(0);
  }
  expect(await own.admission.settle(settlement(1n, { callId: second.callId }))).toBe('settled');
});

test('renewing the lease of a call settled as lost does not restore it', async () => {
  const deployment = deploy();
  const [own, other] = [deployment.process(), deployment.process()];
  await own.admission.admit(call().request);
  deployment.clock.advance(leaseMs);
  await other.admission.expireLeases();
  await own.admission.renewLeases();
  expect(await deployment.holding()).toEqual([]);
});

test('leases of settled calls are not renewed', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const { request, settlement } = call();
  await admission.admit(request);
  await admission.settle(settlement(1n));
  await admission.renewLeases();
  expect(await deployment.redis.exists(deployment.keys('leases'))).toBe(0);
});

test('more calls than one command renews are all renewed', async () => {
  const deployment = deploy();
  const [own, other] = [deployment.process(), deployment.process()];
  const calls = Array.from({ length: 1_100 }, () => call({ budgets: [], userId: uuidv7() }));
  await Promise.all(calls.map(({ request }) => own.admission.admit(request)));
  deployment.clock.advance(leaseMs - 1);
  await own.admission.renewLeases();
  deployment.clock.advance(leaseMs - 1);
  expect(await other.admission.expireLeases()).toBe(0);
});

test('a process settles no call as lost before one lease of uninterrupted contact', async () => {
  const deployment = deploy();
  await deployment.process().admission.admit(call().request);
  const { heard, round } = keeping(deployment, deployment.process());
  deployment.clock.advance(leaseMs + 1);
  await round();
  deployment.clock.advance(leaseMs);
  await round();
  expect(heard.expired).toBe(0);
  deployment.clock.advance(1);
  await round();
  expect(heard).toEqual({ expired: 1, errors: [] });
});

test('after an outage of Redis calls have a whole lease to be renewed', async () => {
  const deployment = deploy();
  const link = await startSeverableLink(url());
  const [own, other] = [deployment.process(), deployment.process(link.url)];
  const { heard, round } = keeping(deployment, other);
  await own.admission.admit(call().request);
  await round();
  deployment.clock.advance(leaseMs + 1);
  await link.cut();
  await link.mend();
  await eventually(async () => {
    await round();
    expect(other.redis.status).toBe('ready');
  });
  await round();
  expect(heard.expired).toBe(0);
  await own.admission.renewLeases();
  deployment.clock.advance(leaseMs - 1);
  await round();
  expect(heard.expired).toBe(0);
});

test('a Redis that answers late counts as unavailable, although its connection remained', async () => {
  const deployment = deploy();
  await deployment.process().admission.admit(call().request);
  const other = deployment.process();
  let answers = true;
  const renewLeases = () =>
    answers ? other.admission.renewLeases() : Promise.reject(new RedisUnavailableError(new Error('late')));
  const { heard, round } = keeping(deployment, { ...other, admission: { ...other.admission, renewLeases } });
  await round();
  deployment.clock.advance(leaseMs + 1);
  answers = false;
  await round();
  answers = true;
  await round();
  expect(heard.expired).toBe(0);
  expect(heard.errors).toHaveLength(1);
});
