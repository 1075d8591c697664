import { createWaitingRedis } from '@valuecanvas/redis';
import { eventually } from '@valuecanvas/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { admitInTurn, createFlights, type Flights } from './flights.ts';
import { leaseMs } from './lease.ts';
import { type DeploymentInTest, noon, useDeployments } from './test-support/deployment-in-test.ts';
import { type CallInTest, callInTest } from './test-support/rows-in-test.ts';

const { deploy, url } = useDeployments();

const question = { cache: { key: 'q', read: true } };
const call = (options: Partial<CallInTest['request']> = {}) =>
  callInTest({ admittedAt: noon, ...question, ...options });
const answer = { cache: { key: 'q', value: 'answer', model: 'm', ttlMs: 60_000 } };
const never = new AbortController().signal;

/** The flights as one more process hears of them. */
async function listen({ keys, redis }: DeploymentInTest): Promise<Flights> {
  const subscriber = createWaitingRedis({ url: url(), name: 'in-test', onError: () => undefined });
  onTestFinished(() => subscriber.disconnect());
  const flights = createFlights({ redis: subscriber, keys });
  const landed = keys('landed');
  await eventually(async () => expect(await redis.pubsub('NUMSUB', landed)).toEqual([landed, 1]));
  return flights;
}

/** Whether a promise is resolved sooner than any timer could have done it. */
async function resolvesAtOnce(promise: Promise<void>): Promise<boolean> {
  const startedAt = performance.now();
  await promise;
  return performance.now() - startedAt < 500;
}

describe.each([
  { place: 'in the Redis of the budgets', cacheElsewhere: false },
  { place: 'in a Redis of its own', cacheElsewhere: true },
])('with a cache $place', ({ cacheElsewhere }) => {
  test('of many who ask the same at once one is admitted, and all get its answer', async () => {
    const deployment = deploy({ cacheElsewhere });
    const processes = deployment.twoProcesses();
    const flights = await listen(deployment);
    let admitted = 0;
    const ask = async (at: number): Promise<string> => {
      const { admission } = processes(at);
      const { request, settlement } = call();
      const admit = () => admission.admit(request);
      const turn = await admitInTurn(admit, { flights, cacheKey: 'q', signal: never });
      if (turn.kind === 'cached') return turn.value.toString();
      expect(turn.kind).toBe('admitted');
      admitted += 1;
      await admission.settle(settlement(1n, answer));
      return 'asked';
    };
    const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => ask(at)));
    expect(admitted).toBe(1);
    expect(answers.filter((text) => text === 'answer')).toHaveLength(29);
    expect(await deployment.heldByAll()).toBe(0n);
  });

  test('who looked into the cache just before an answer came asks no provider', async () => {
    const deployment = deploy({ cacheElsewhere });
    const { admission, cache } = deployment.process();
    const leader = call();
    await admission.admit(leader.request);
    const late = deployment.process();
    const read = late.cache.read;
    let looks = 0;
    late.cache.read = async (key) => {
      const found = await read(key);
      looks += 1;
      if (looks === 1) await admission.settle(leader.settlement(1n, answer));
      return found;
    };
    if (!cacheElsewhere) await admission.settle(leader.settlement(1n, answer));
    expect(await late.admission.admit(call().request)).toMatchObject({ kind: 'cached' });
    await cache.clear();
    expect(await admission.admit(call().request)).toMatchObject({ kind: 'admitted' });
  });

  test('those who wait for an answer that cannot be kept ask for themselves, all at once', async () => {
    const deployment = deploy({ cacheElsewhere, bounds: { maxBytes: 10_000, maxEntryBytes: 3 } });
    const { admission } = deployment.process();
    for (const [at, cache] of (['unfit', answer.cache] as const).entries()) {
      const mine = { cache: { key: `q${at}`, read: true } };
      const leader = call(mine);
      await admission.admit(leader.request);
      expect(await admission.admit(call(mine).request)).toEqual({ kind: 'wait' });
      const kept = cache === 'unfit' ? cache : { ...cache, key: `q${at}` };
      await admission.settle(leader.settlement(1n, { cache: kept }));
      const others = await Promise.all([1, 2, 3].map(() => admission.admit(call(mine).request)));
      expect(others.map(({ kind }) => kind)).toEqual(['admitted', 'admitted', 'admitted']);
    }
  });
});

test('when a call fails, one of those who wait goes next', async () => {
  const { admission } = deploy().process();
  const leader = call();
  await admission.admit(leader.request);
  await admission.settle(leader.settlement(0n));
  const others = await Promise.all([1, 2, 3].map(() => admission.admit(call().request)));
  expect(others.map(({ kind }) => kind).sort()).toEqual(['admitted', 'wait', 'wait']);
});

test('when the process of a leading call dies, those who wait go on', async () => {
  const deployment = deploy();
  const [dead, other] = [deployment.process(), deployment.process()];
  const flights = await listen(deployment);
  await dead.admission.admit(call().request);
  const { request } = call();
  const admit = () => other.admission.admit(request);
  const turn = admitInTurn(admit, { flights, cacheKey: 'q', signal: never });
  await eventually(async () =>
    expect(await deployment.redis.get(deployment.keys('flight', 'q'))).toMatch(/^1/),
  );
  deployment.clock.advance(leaseMs + 1);
  await other.admission.expireLeases();
  expect(await turn).toMatchObject({ kind: 'admitted' });
});

test('who wants a fresh answer neither waits nor takes the lead from another', async () => {
  const { admission } = deploy().process();
  const leader = call();
  await admission.admit(leader.request);
  const fresh = call({ cache: { key: 'q', read: false } });
  expect(await admission.admit(fresh.request)).toMatchObject({ kind: 'admitted' });
  await admission.settle(fresh.settlement(0n));
  expect(await admission.admit(call().request)).toEqual({ kind: 'wait' });
  await admission.settle(leader.settlement(1n, answer));
  expect(await admission.admit(call().request)).toMatchObject({ kind: 'cached' });
});

test('who wants a fresh answer leads where nobody does', async () => {
  const { admission } = deploy().process();
  await admission.admit(call({ cache: { key: 'q', read: false } }).request);
  expect(await admission.admit(call().request)).toEqual({ kind: 'wait' });
});

test('other questions are not held up', async () => {
  const { admission } = deploy().process();
  await admission.admit(call().request);
  const other = call({ cache: { key: 'other', read: true } });
  expect(await admission.admit(other.request)).toMatchObject({ kind: 'admitted' });
  expect(await admission.admit(call({ cache: undefined }).request)).toMatchObject({ kind: 'admitted' });
});

test('who waits hears at once that the call has ended, in whichever process', async () => {
  const deployment = deploy();
  const flights = [await listen(deployment)];
  const { admission } = deployment.process();
  const leader = call();
  await admission.admit(leader.request);
  await admission.admit(call().request);
  const landed = flights.map((heard) => heard.landed('q', never));
  await admission.settle(leader.settlement(1n, answer));
  for (const one of landed) expect(await resolvesAtOnce(one)).toBe(true);
});

test('where nobody waits nothing is published', async () => {
  const deployment = deploy();
  const subscriber = createWaitingRedis({ url: url(), name: 'in-test', onError: () => undefined });
  onTestFinished(() => subscriber.disconnect());
  const heard: string[] = [];
  await subscriber.subscribe(deployment.keys('landed'));
  subscriber.on('message', (_, cacheKey) => heard.push(cacheKey));
  const { admission } = deployment.process();
  const alone = call();
  await admission.admit(alone.request);
  await admission.settle(alone.settlement(1n, answer));
  await deployment.redis.publish(deployment.keys('landed'), 'marker');
  await eventually(() => expect(heard).toEqual(['marker']));
});

test('who waits looks again after a second though no message came, and at once when the caller is gone', async () => {
  const flights = await listen(deploy());
  const startedAt = performance.now();
  await flights.landed('q', never);
  expect(performance.now() - startedAt).toBeGreaterThan(900);
  const caller = new AbortController();
  const waiting = flights.landed('q', caller.signal);
  caller.abort();
  expect(await resolvesAtOnce(waiting)).toBe(true);
  expect(await resolvesAtOnce(flights.landed('q', caller.signal))).toBe(true);
});

test('a caller who hangs up while another call leads is told to wait, and holds nothing', async () => {
  const deployment = deploy();
  const flights = await listen(deployment);
  const { admission } = deployment.process();
  const leader = call();
  await admission.admit(leader.request);
  const { request } = call();
  const admit = () => admission.admit(request);
  const turn = await admitInTurn(admit, { flights, cacheKey: 'q', signal: AbortSignal.abort() });
  expect(turn).toEqual({ kind: 'wait' });
  await admission.settle(leader.settlement(1n));
  expect(await deployment.holding()).toEqual([]);
});

test('a flight that was forgotten and begun by another is not ended by the first', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const first = call();
  await admission.admit(first.request);
  await deployment.redis.del(deployment.keys('flight', 'q'));
  await admission.admit(call().request);
  await admission.settle(first.settlement(0n));
  expect(await admission.admit(call().request)).toEqual({ kind: 'wait' });
});

test('a flight whose leader Redis has lost holds nobody up', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  await admission.admit(call().request);
  await deployment.redis.del(deployment.keys('leases'));
  expect(await admission.admit(call().request)).toMatchObject({ kind: 'admitted' });
});
