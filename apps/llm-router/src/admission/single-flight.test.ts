import { createWaitingRedis } from '@valuecanvas/redis';
import { eventually } from '@valuecanvas/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { leaseMs } from './leases.ts';
import { admitOrFollow, createSingleFlight, type SingleFlight } from './single-flight.ts';
import { type DeploymentInTest, noon, useDeployments } from './test-support/deployment-in-test.ts';
import { type CallInTest, callInTest } from './test-support/rows-in-test.ts';

const { deploy, url } = useDeployments();

const question = { cache: { key: 'q', read: true } };
const call = (options: Partial<CallInTest['request']> = {}) =>
  callInTest({ admittedAt: noon, ...question, ...options });
const answer = { cache: { key: 'q', value: 'answer', model: 'm', ttlMs: 60_000 } };
const never = new AbortController().signal;

/** Single flight as seen by another process. */
async function listen({ keys, redis }: DeploymentInTest): Promise<SingleFlight> {
  const subscriber = createWaitingRedis({ url: url(), name: 'in-test', onError: () => undefined });
  onTestFinished(() => subscriber.disconnect());
  const singleFlight = createSingleFlight({ redis: subscriber, keys });
  const finished = keys('finished');
  await eventually(async () => expect(await redis.pubsub('NUMSUB', finished)).toEqual([finished, 1]));
  return singleFlight;
}

/** Returns true if a promise is resolved before any timer could fire. */
async function resolvesAtOnce(promise: Promise<void>): Promise<boolean> {
  const startedAt = performance.now();
  await promise;
  return performance.now() - startedAt < 500;
}

describe.each([
  { place: 'in the Redis of the budgets', cacheElsewhere: false },
  { place: 'in a separate Redis', cacheElsewhere: true },
])('with a cache $place', ({ cacheElsewhere }) => {
  test('of many concurrent identical requests one is admitted, and all get its answer', async () => {
    const deployment = deploy({ cacheElsewhere });
    const processes = deployment.twoProcesses();
    const singleFlight = await listen(deployment);
    let admitted = 0;
    const ask = async (at: number): Promise<string> => {
      const { admission } = processes(at);
      const { request, settlement } = call();
      const admit = () => admission.admit(request);
      const turn = await admitOrFollow(admit, { singleFlight, cacheKey: 'q', signal: never });
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

  test('a request that missed the cache just before an answer was stored calls no provider', async () => {
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

  test('followers of an answer that cannot be shared all make their own calls concurrently', async () => {
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

test('when the leading call fails, one follower becomes the leader', async () => {
  const { admission } = deploy().process();
  const leader = call();
  await admission.admit(leader.request);
  await admission.settle(leader.settlement(0n));
  const others = await Promise.all([1, 2, 3].map(() => admission.admit(call().request)));
  expect(others.map(({ kind }) => kind).sort()).toEqual(['admitted', 'wait', 'wait']);
});

test('when the process of the leading call dies, its followers continue', async () => {
  const deployment = deploy();
  const [dead, other] = [deployment.process(), deployment.process()];
  const singleFlight = await listen(deployment);
  await dead.admission.admit(call().request);
  const { request } = call();
  const admit = () => other.admission.admit(request);
  const turn = admitOrFollow(admit, { singleFlight, cacheKey: 'q', signal: never });
  await eventually(async () =>
    expect(await deployment.redis.get(deployment.keys('flight', 'q'))).toMatch(/^1/),
  );
  deployment.clock.advance(leaseMs + 1);
  await other.admission.expireLeases();
  expect(await turn).toMatchObject({ kind: 'admitted' });
});

test('a no-cache request neither follows a leader nor replaces it', async () => {
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

test('a no-cache request leads if there is no leader', async () => {
  const { admission } = deploy().process();
  await admission.admit(call({ cache: { key: 'q', read: false } }).request);
  expect(await admission.admit(call().request)).toEqual({ kind: 'wait' });
});

test('other requests are not delayed', async () => {
  const { admission } = deploy().process();
  await admission.admit(call().request);
  const other = call({ cache: { key: 'other', read: true } });
  expect(await admission.admit(other.request)).toMatchObject({ kind: 'admitted' });
  expect(await admission.admit(call({ cache: undefined }).request)).toMatchObject({ kind: 'admitted' });
});

test('followers in any process are notified at once when the leading call ends', async () => {
  const deployment = deploy();
  const singleFlight = [await listen(deployment)];
  const { admission } = deployment.process();
  const leader = call();
  await admission.admit(leader.request);
  await admission.admit(call().request);
  const finished = singleFlight.map((heard) => heard.finished('q', never));
  await admission.settle(leader.settlement(1n, answer));
  for (const one of finished) expect(await resolvesAtOnce(one)).toBe(true);
});

test('without followers nothing is published', async () => {
  const deployment = deploy();
  const subscriber = createWaitingRedis({ url: url(), name: 'in-test', onError: () => undefined });
  onTestFinished(() => subscriber.disconnect());
  const heard: string[] = [];
  await subscriber.subscribe(deployment.keys('finished'));
  subscriber.on('message', (_, cacheKey) => heard.push(cacheKey));
  const { admission } = deployment.process();
  const alone = call();
  await admission.admit(alone.request);
  await admission.settle(alone.settlement(1n, answer));
  await deployment.redis.publish(deployment.keys('finished'), 'marker');
  await eventually(() => expect(heard).toEqual(['marker']));
});

test('a follower checks again after a second without a message, and at once when its caller disconnects', async () => {
  const singleFlight = await listen(deploy());
  const startedAt = performance.now();
  await singleFlight.finished('q', never);
  expect(performance.now() - startedAt).toBeGreaterThan(900);
  const caller = new AbortController();
  const waiting = singleFlight.finished('q', caller.signal);
  caller.abort();
  expect(await resolvesAtOnce(waiting)).toBe(true);
  expect(await resolvesAtOnce(singleFlight.finished('q', caller.signal))).toBe(true);
});

test('a follower whose caller disconnects gets "wait", and reserves nothing', async () => {
  const deployment = deploy();
  const singleFlight = await listen(deployment);
  const { admission } = deployment.process();
  const leader = call();
  await admission.admit(leader.request);
  const { request } = call();
  const admit = () => admission.admit(request);
  const turn = await admitOrFollow(admit, { singleFlight, cacheKey: 'q', signal: AbortSignal.abort() });
  expect(turn).toEqual({ kind: 'wait' });
  await admission.settle(leader.settlement(1n));
  expect(await deployment.holding()).toEqual([]);
});

test('a leader cannot finish a single flight that another call has since taken over', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  const first = call();
  await admission.admit(first.request);
  await deployment.redis.del(deployment.keys('flight', 'q'));
  await admission.admit(call().request);
  await admission.settle(first.settlement(0n));
  expect(await admission.admit(call().request)).toEqual({ kind: 'wait' });
});

test('a single flight whose leader Redis has lost delays no request', async () => {
  const deployment = deploy();
  const { admission } = deployment.process();
  await admission.admit(call().request);
  await deployment.redis.del(deployment.keys('leases'));
  expect(await admission.admit(call().request)).toMatchObject({ kind: 'admitted' });
});
