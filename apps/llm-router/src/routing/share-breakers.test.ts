import { createKeys, createRedis, createWaitingRedis } from '@valuecanvas/redis';
import {
  createTestRedis,
  eventually,
  type FakeClock,
  fakeClock,
  startSeverableLink,
  type TestRedis,
} from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ProviderError } from '../providers/provider-error.ts';
import { defaultCircuitSettings } from './breaker.ts';
import { type Breakers, createBreakers, type ModelChange } from './breakers.ts';
import { type SharedBreakers, shareBreakers } from './share-breakers.ts';

let testRedis: TestRedis;
beforeAll(() => {
  testRedis = createTestRedis();
});
afterAll(() => testRedis.stop());

interface Replica {
  readonly breakers: Breakers;
  readonly changes: ModelChange[];
  readonly errors: unknown[];
  readonly reset: SharedBreakers['reset'];
  readonly history: SharedBreakers['history'];
}

let deployments = 0;

/** Replicas of one router, isolated from other tests. */
function deployment(resetMs = 60_000) {
  deployments += 1;
  const prefix = `${testRedis.prefix}:deployment-${deployments}`;
  const keys = createKeys(prefix);
  const listeners = async () =>
    Number((await testRedis.client.pubsub('NUMSUB', keys('llm', 'breakers', 'news')))[1]);
  let started = 0;

  return {
    keys,
    listeners,
    async start({ clock = fakeClock(), url = testRedis.url, maxModels = 64 } = {}): Promise<Replica> {
      const errors: unknown[] = [];
      const connection = { url, name: 'in-test', onError: (error: unknown) => errors.push(error) };
      const [redis, waiting] = [createRedis(connection), createWaitingRedis(connection)];
      const circuit = { ...defaultCircuitSettings, minCalls: 1, resetMs };
      const breakers = createBreakers({ provider: 'a', circuit, maxModels });
      onTestFinished(() => {
        breakers.stop();
        redis.disconnect();
        waiting.disconnect();
      });
      const changes: ModelChange[] = [];
      breakers.onChange((change) => changes.push(change));
      const { reset, history } = shareBreakers({
        clients: [{ provider: { id: 'a' }, breakers }],
        redis,
        waiting,
        keys,
        now: clock.now,
        onError: (error) => errors.push(error),
        resetMs,
      });
      started += 1;
      await eventually(async () => expect(await listeners()).toBe(started));
      return { breakers, changes, errors, reset, history };
    },
  };
}

const fail = ({ breakers }: Replica, model = 'big') =>
  breakers
    .of(model)
    .run(() => Promise.reject(new ProviderError('unavailable', 'a', 'failed')))
    .catch(() => undefined);
const succeed = ({ breakers }: Replica, model = 'big') => breakers.of(model).run(async () => 'answer');

const becomes = (replica: Replica, state: string, model = 'big') =>
  eventually(() => expect(replica.breakers.states()[model]).toBe(state), { everyMs: 2 });

const kept = (replicas: ReturnType<typeof deployment>) =>
  eventually(async () => expect(await testRedis.client.exists(replicas.keys('llm', 'breakers'))).toBe(1));

const later = (clock: FakeClock, ms: number): FakeClock => fakeClock(clock.now() + ms);

test('a replica opens the breakers that another one has opened, per model, without a call of its own', async () => {
  const replicas = deployment();
  const [first, second] = [await replicas.start(), await replicas.start()];
  await fail(first, 'big');
  await becomes(second, 'open', 'big');
  expect(second.breakers.of('small').letsThrough()).toBe(true);
});

test('a replica that starts later opens them too, for the remaining time only', async () => {
  const replicas = deployment(60_000);
  const clock = fakeClock();
  await fail(await replicas.start({ clock }));
  await kept(replicas);
  const late = await replicas.start({ clock: later(clock, 59_950) });
  await becomes(late, 'half-open');
  expect(late.changes.map(({ state }) => state)).toEqual(['open', 'half-open']);
});

test('entries in Redis expire when an open breaker becomes half-open', async () => {
  const replicas = deployment(60_000);
  await fail(await replicas.start());
  await kept(replicas);
  const ttl = await eventually(async () => {
    const left = await testRedis.client.pttl(replicas.keys('llm', 'breakers'));
    expect(left).toBeGreaterThan(0);
    return left;
  });
  expect(ttl).toBeLessThanOrEqual(60_000);
});

test('followed changes are not published again', async () => {
  const replicas = deployment();
  const told: string[] = [];
  const ear = createWaitingRedis({ url: testRedis.url, name: 'ear', onError: () => undefined });
  onTestFinished(() => ear.disconnect());
  ear.on('message', (_, message) => told.push(message));
  const all = [await replicas.start(), await replicas.start(), await replicas.start()] as const;
  await ear.subscribe(replicas.keys('llm', 'breakers', 'news'));
  await fail(all[0]);
  await Promise.all(all.map((replica) => becomes(replica, 'open')));
  await fail(all[1], 'other');
  await Promise.all(all.map((replica) => becomes(replica, 'open', 'other')));
  await eventually(() => expect(told).toHaveLength(2));
});

test('if a probe succeeds on one replica, all close', async () => {
  const replicas = deployment(50);
  const [first, second] = [await replicas.start(), await replicas.start()];
  await fail(first);
  await becomes(second, 'half-open');
  await becomes(first, 'half-open');
  await succeed(second);
  expect(second.breakers.states()).toEqual({ big: 'closed' });
  await becomes(first, 'closed');
});

test('if a probe fails on one replica, the others stay open for the whole time', async () => {
  const replicas = deployment(400);
  const [first, second] = [await replicas.start(), await replicas.start()];
  await fail(first);
  await becomes(second, 'half-open');
  await becomes(first, 'half-open');
  await fail(first);
  await becomes(second, 'open');
});

test('a reset closes all breakers on all replicas and returns those of this one', async () => {
  const replicas = deployment();
  const [first, second] = [await replicas.start(), await replicas.start()];
  await fail(first, 'big');
  await fail(first, 'small');
  await becomes(second, 'open', 'big');
  await becomes(second, 'open', 'small');
  expect(await second.reset()).toEqual([
    { provider: 'a', model: 'big' },
    { provider: 'a', model: 'small' },
  ]);
  expect(second.breakers.states()).toEqual({ big: 'closed', small: 'closed' });
  await becomes(first, 'closed', 'big');
  await becomes(first, 'closed', 'small');
});

test('a replica that starts later follows the latest change', async () => {
  const replicas = deployment();
  const clock = fakeClock();
  const first = await replicas.start({ clock });
  await fail(first, 'big');
  clock.advance(10_000);
  await first.reset();
  clock.advance(10_000);
  await fail(first, 'small');
  clock.advance(10_000);
  const late = await replicas.start({ clock });
  await becomes(late, 'open', 'small');
  expect(late.breakers.states()).toEqual({ big: 'closed', small: 'open' });
});

test('changes of the shared breaker are not published', async () => {
  const replicas = deployment();
  const [crowded, other] = [await replicas.start({ maxModels: 0 }), await replicas.start()];
  await fail(crowded, 'one of many');
  expect(crowded.breakers.states()).toEqual({ others: 'open' });
  await fail(other, 'big');
  await kept(replicas);
  expect(await testRedis.client.hlen(replicas.keys('llm', 'breakers'))).toBe(1);
});

test('without Redis a replica works alone, and catches up when Redis is back', async () => {
  const replicas = deployment();
  const link = await startSeverableLink(testRedis.url);
  const [first, cutOff] = [await replicas.start(), await replicas.start({ url: link.url })];
  await link.cut();
  await eventually(async () => expect(await replicas.listeners()).toBe(1));
  await fail(cutOff, 'small');
  expect(cutOff.breakers.states()).toEqual({ small: 'open' });
  await fail(first, 'big');
  await kept(replicas);
  expect(cutOff.breakers.known('big')).toBeUndefined();
  await link.mend();
  await becomes(cutOff, 'open', 'big');
  expect(cutOff.breakers.states()).toEqual({ small: 'open', big: 'open' });
});

test('a reset that cannot be published fails, but closes the breakers of this replica; the history fails as well', async () => {
  const replicas = deployment();
  const link = await startSeverableLink(testRedis.url);
  const alone = await replicas.start({ url: link.url });
  await fail(alone);
  await link.cut();
  await expect(alone.reset()).rejects.toThrow();
  await expect(alone.history()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  expect(alone.breakers.states()).toEqual({ big: 'closed' });
});

test('invalid messages are ignored', async () => {
  const replicas = deployment();
  const [first, second] = [await replicas.start(), await replicas.start()];
  for (const message of [
    '',
    'null',
    '{}',
    '{"by":"x","what":"exploded","provider":"a","model":"big","at":1}',
  ])
    await testRedis.client.publish(replicas.keys('llm', 'breakers', 'news'), message);
  await fail(first);
  await becomes(second, 'open');
});

test('every replica returns the changes of all replicas in the last hour, newest first', async () => {
  const replicas = deployment();
  const clock = fakeClock();
  const start = clock.now();
  const [first, second] = [await replicas.start({ clock }), await replicas.start({ clock })];
  const changesOf = (replica: Replica, count: number) =>
    eventually(async () => {
      const changes = await replica.history();
      expect(changes).toHaveLength(count);
      return changes;
    });
  await fail(first, 'big');
  await changesOf(second, 1);
  clock.advance(1_800_000);
  await fail(second, 'small');
  await changesOf(first, 2);
  clock.advance(1_000);
  await first.reset();
  const expected = [
    { what: 'reset', at: start + 1_801_000 },
    { what: 'opened', provider: 'a', model: 'small', at: start + 1_800_000 },
    { what: 'opened', provider: 'a', model: 'big', at: start },
  ];
  expect(await changesOf(first, 3)).toEqual(expected);
  expect(await second.history()).toEqual(expected);
  clock.advance(1_799_001);
  expect(await second.history()).toEqual(expected.slice(0, 2));
});

test('no more than the latest 500 changes are kept', async () => {
  const replicas = deployment();
  const clock = fakeClock();
  const replica = await replicas.start({ clock });
  for (let count = 0; count < 510; count++) {
    clock.advance(1);
    await replica.reset();
  }
  const changes = await replica.history();
  expect(changes).toHaveLength(500);
  expect(changes[0]).toEqual({ what: 'reset', at: clock.now() });
});

test('an hour without changes leaves nothing of them in Redis', async () => {
  const replicas = deployment();
  await (await replicas.start()).reset();
  const left = await testRedis.client.pttl(replicas.keys('llm', 'breakers', 'history'));
  expect(left).toBeGreaterThan(3_500_000);
  expect(left).toBeLessThanOrEqual(3_600_000);
});
