import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { leaseMs } from './leases.ts';
import { noon, useDeployments } from './test-support/deployment-in-test.ts';
import { type CallInTest, callInTest, dayBudget } from './test-support/rows-in-test.ts';
import type { RateLimit } from './types.ts';

const { deploy } = useDeployments();

const userId = uuidv7();
const hourMs = 3_600_000;
const perHour = (limit: number): RateLimit => ({
  ...{ name: 'requests-hour', unit: 'requests', windowMs: hourMs },
  ...{ limit, amount: 1 },
});
const tokensPerMinute = (limit: number, amount: number, model = 'm'): RateLimit => ({
  ...{ name: 'tokens-minute', unit: 'tokens', windowMs: 60_000 },
  ...{ limit, amount, model },
});
const call = (options: Partial<CallInTest['request']> = {}) =>
  callInTest({ admittedAt: noon, userId, ...options });

test('of concurrent requests in two processes exactly as many as allowed are admitted', async () => {
  const deployment = deploy();
  const processes = deployment.twoProcesses();
  const calls = Array.from({ length: 40 }, () => call({ limits: [perHour(11)] }));
  const answers = await Promise.all(calls.map(({ request }, at) => processes(at).admission.admit(request)));
  expect(answers.filter((answer) => answer.kind === 'admitted')).toHaveLength(11);
});

test('a limited request gets its wait, and is admitted in the next window', async () => {
  const deployment = deploy({ startsAt: noon + 600_000 });
  const { admission } = deployment.process();
  await admission.admit(call({ limits: [perHour(1)] }).request);
  const retry = call({ limits: [perHour(1)] }).request;
  const limited = { kind: 'limited', limit: perHour(1), retryAfterMs: hourMs - 600_000 };
  expect(await admission.admit(retry)).toEqual(limited);
  deployment.clock.advance(limited.retryAfterMs - 1);
  expect(await admission.admit(retry)).toMatchObject({ kind: 'limited', retryAfterMs: 1 });
  deployment.clock.advance(1);
  expect(await admission.admit(retry)).toMatchObject({ kind: 'admitted' });
});

test('the state of each limit is returned', async () => {
  const { admission } = deploy({ startsAt: noon + 20_000 }).process();
  const limits = [perHour(10), tokensPerMinute(1_000, 300)];
  await admission.admit(call({ limits }).request);
  expect(await admission.admit(call({ limits }).request)).toEqual({
    kind: 'admitted',
    standings: [
      { limit: limits[0], remaining: 8, resetsInMs: hourMs - 20_000 },
      { limit: limits[1], remaining: 400, resetsInMs: 40_000 },
    ],
  });
});

test('of several exhausted limits the one that resets last is named', async () => {
  const { admission } = deploy().process();
  const limits = [tokensPerMinute(100, 200), perHour(0), tokensPerMinute(100, 200, 'n')];
  expect(await admission.admit(call({ limits }).request)).toMatchObject({ limit: { name: 'requests-hour' } });
});

test('a refused request counts against no limit', async () => {
  const { admission } = deploy().process();
  const within = perHour(2);
  await admission.admit(call({ limits: [within, tokensPerMinute(100, 101)] }).request);
  await admission.admit(call({ limits: [within], budgets: [dayBudget(1n)] }).request);
  const answer = await admission.admit(call({ limits: [within] }).request);
  expect(answer).toMatchObject({ standings: [{ remaining: 1 }] });
});

test('limits of one model do not affect other models, and limits of one user no other users', async () => {
  const { admission } = deploy().process();
  await admission.admit(call({ limits: [tokensPerMinute(100, 100)] }).request);
  const full = { limits: [tokensPerMinute(100, 1)] };
  expect(await admission.admit(call(full).request)).toMatchObject({ kind: 'limited' });
  const otherModel = { limits: [tokensPerMinute(100, 100, 'n')] };
  expect(await admission.admit(call(otherModel).request)).toMatchObject({ kind: 'admitted' });
  expect(await admission.admit(call({ ...full, userId: uuidv7() }).request)).toMatchObject({
    kind: 'admitted',
  });
});

test('once the call is settled, its actual tokens count', async () => {
  const { admission } = deploy().process();
  const first = call({ limits: [tokensPerMinute(1_000, 900)] });
  await admission.admit(first.request);
  expect(await admission.admit(call({ limits: [tokensPerMinute(1_000, 200)] }).request)).toMatchObject({
    kind: 'limited',
  });
  await admission.settle(first.settlement(1n, { tokens: 150 }));
  const answer = await admission.admit(call({ limits: [tokensPerMinute(1_000, 200)] }).request);
  expect(answer).toMatchObject({ standings: [{ remaining: 650 }] });
});

test('tokens of a failed attempt count beside those of the next', async () => {
  const { admission } = deploy().process();
  const { request, settlement, next } = call({ limits: [tokensPerMinute(1_000, 300)] });
  await admission.admit(request);
  const second = next(100n);
  await admission.settle(settlement(1n, { tokens: 40, next: second }));
  await admission.settle({ ...settlement(1n, { tokens: 50 }), callId: second.callId });
  const answer = await admission.admit(call({ limits: [tokensPerMinute(1_000, 0)] }).request);
  expect(answer).toMatchObject({ standings: [{ remaining: 910 }] });
});

test('a request that failed without cost is not counted, another failed request is', async () => {
  const { admission } = deploy().process();
  for (const keepRequest of [false, true]) {
    const made = call({ limits: [perHour(2)] });
    await admission.admit(made.request);
    await admission.settle(made.settlement(0n, { keepRequest }));
  }
  const answer = await admission.admit(call({ limits: [perHour(2)] }).request);
  expect(answer).toMatchObject({ standings: [{ remaining: 0 }] });
});

test('a correction after the end of its window changes no later window', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const limits = [tokensPerMinute(1_000, 900)];
  const { request, settlement } = call({ limits });
  await admission.admit(request);
  await deployment.redis.del(deployment.keys('limit', userId, 'tokens-minute', 'm', String(noon / 60_000)));
  await admission.settle(settlement(1n, { tokens: 10 }));
  deployment.clock.advance(60_000);
  expect(await admission.admit(call({ limits }).request)).toMatchObject({ standings: [{ remaining: 100 }] });
  const left = await deployment.redis.keys(deployment.keys('limit', userId, '*'));
  expect(left).toHaveLength(1);
  expect(await deployment.redis.pttl(left[0] ?? '')).toBeGreaterThan(0);
});

test('a call whose process died still counts with its request and tokens', async () => {
  const deployment = deploy({ startsAt: noon });
  const { admission } = deployment.process();
  const limits = [perHour(10), { ...tokensPerMinute(1_000, 300), windowMs: hourMs }];
  await admission.admit(call({ limits }).request);
  deployment.clock.advance(leaseMs + 1);
  await admission.expireLeases();
  const answer = await admission.admit(call({ limits }).request);
  expect(answer).toMatchObject({ standings: [{ remaining: 8 }, { remaining: 400 }] });
});
