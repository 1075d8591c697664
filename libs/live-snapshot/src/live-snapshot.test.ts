import { createWaitingRedis, publish } from '@valuecanvas/redis';
import { createTestRedis, eventually, type TestRedis } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createLiveSnapshot, type LiveSnapshotOptions } from './live-snapshot.ts';

/** Longer than any test, so that no reload comes from polling. */
const never = 3_600_000;

let testRedis: TestRedis;
let snapshots = 0;
beforeAll(() => {
  testRedis = createTestRedis();
});
afterAll(() => testRedis.stop());

interface State {
  readonly version: string;
}

/** State of another service: its version, or undefined while the service is unavailable. */
function owner(version: string | undefined) {
  const asked: (string | undefined)[] = [];
  return {
    asked,
    /** Undefined makes fetches fail. */
    become(next: string | undefined) {
      version = next;
    },
    async fetch(known: string | undefined): Promise<State | undefined> {
      asked.push(known);
      if (version === undefined) throw new Error('unavailable');
      return known === version ? undefined : { version };
    },
  };
}

/** A snapshot with its own channel. It stops with the test. */
function follow(options: Pick<LiveSnapshotOptions<State>, 'fetch'> & Partial<LiveSnapshotOptions<State>>) {
  snapshots += 1;
  const channel = `${testRedis.prefix}:changed:${snapshots}`;
  const errors: unknown[] = [];
  const redis = createWaitingRedis({ url: testRedis.url, name: channel, onError: () => undefined });
  const heard: string[] = [];
  redis.on('message', (_channel, message) => heard.push(message));
  const snapshot = createLiveSnapshot<State>({
    redis,
    channel,
    pollMs: never,
    onError: (error) => errors.push(error),
    ...options,
  });
  onTestFinished(() => {
    snapshot.stop();
    redis.disconnect();
  });
  return {
    snapshot,
    errors,
    /** Messages received by this process. */
    heard,
    /** Publishes a new version once the snapshot is subscribed. */
    async announce(version: string) {
      await eventually(async () =>
        expect(await testRedis.client.pubsub('NUMSUB', channel)).toEqual([channel, 1]),
      );
      await publish(testRedis.client, channel, version);
    },
    /** Closes the snapshot's connection from the server. */
    async loseConnection() {
      const clients = String(await testRedis.client.client('LIST')).split('\n');
      const id = /\bid=(\d+)/.exec(clients.find((line) => line.includes(`name=${channel} `)) ?? '')?.[1];
      if (!id) throw new Error('The snapshot is not connected.');
      await testRedis.client.client('KILL', 'ID', id);
    },
  };
}

test('the first state is fetched at once and becomes the current snapshot', async () => {
  const { snapshot } = follow(owner('1'));
  expect(snapshot.current()).toBeUndefined();
  expect(await snapshot.first(5_000)).toEqual({ version: '1' });
  expect(snapshot.current()).toEqual({ version: '1' });
});

test('waiting for a first state ends after the given timeout', async () => {
  const { snapshot } = follow({ fetch: () => new Promise(() => undefined) });
  expect(await snapshot.first(20)).toBeUndefined();
});

test('a message with a new version causes a fetch of the new state', async () => {
  const registry = owner('1');
  const { snapshot, announce } = follow(registry);
  await snapshot.first(5_000);
  registry.become('2');
  await announce('2');
  await eventually(() => expect(snapshot.current()).toEqual({ version: '2' }));
  expect(registry.asked.at(-1)).toBe('1');
});

test('a message with the known version causes no fetch', async () => {
  const registry = owner('1');
  const { snapshot, announce } = follow(registry);
  await snapshot.first(5_000);
  await announce('0');
  await eventually(() => expect(registry.asked.length).toBeGreaterThan(1));
  const before = await settled(registry.asked);
  await announce('1');
  await announce('1');
  registry.become('2');
  await announce('2');
  await eventually(() => expect(snapshot.current()).toEqual({ version: '2' }));
  expect(registry.asked.length).toBe(before + 1);
});

/** The length of a list once the initial fetches have finished. */
async function settled(asked: readonly unknown[]): Promise<number> {
  let before = -1;
  return eventually(() => {
    const isSettled = before === asked.length;
    before = asked.length;
    expect(isSettled).toBe(true);
    return before;
  });
}

test('a change whose message was lost arrives by polling', async () => {
  const registry = owner('1');
  const { snapshot } = follow({ fetch: registry.fetch, pollMs: 30 });
  await snapshot.first(5_000);
  registry.become('2');
  await eventually(() => expect(snapshot.current()).toEqual({ version: '2' }));
});

test('a change during a lost connection arrives after the reconnection', async () => {
  const registry = owner('1');
  const { snapshot, announce, loseConnection } = follow(registry);
  await snapshot.first(5_000);
  await announce('0');
  registry.become('2');
  await loseConnection();
  await eventually(() => expect(snapshot.current()).toEqual({ version: '2' }));
});

test('an unchanged state stays the same object', async () => {
  const registry = owner('1');
  const { snapshot } = follow({ fetch: registry.fetch, pollMs: 10 });
  const first = await snapshot.first(5_000);
  await eventually(() => expect(registry.asked.length).toBeGreaterThan(3));
  expect(snapshot.current()).toBe(first);
});

test('while the owner is unavailable, the last known state stays and failures are reported', async () => {
  const registry = owner('1');
  const { snapshot, errors } = follow({ fetch: registry.fetch, pollMs: 10 });
  await snapshot.first(5_000);
  registry.become(undefined);
  await eventually(() => expect(errors.length).toBeGreaterThan(2));
  expect(snapshot.current()).toEqual({ version: '1' });
  registry.become('2');
  await eventually(() => expect(snapshot.current()).toEqual({ version: '2' }));
});

test('without a state it retries soon, even if the polling interval is long', async () => {
  const registry = owner(undefined);
  const { snapshot, errors } = follow(registry);
  await eventually(() => expect(errors.length).toBeGreaterThan(0));
  registry.become('1');
  expect(await snapshot.first(5_000)).toEqual({ version: '1' });
});

test('any number of changes during a fetch lead to one more fetch, never to concurrent ones', async () => {
  let version = 1;
  let running = 0;
  let mostAtOnce = 0;
  const gates: (() => void)[] = [];
  const fetch = async () => {
    running += 1;
    mostAtOnce = Math.max(mostAtOnce, running);
    await new Promise<void>((resolve) => gates.push(resolve));
    running -= 1;
    return { version: String(version) };
  };
  const { snapshot, announce, heard } = follow({ fetch });
  for (version = 2; version < 6; version += 1) await announce(String(version));
  await eventually(() => expect(heard).toHaveLength(4));
  expect(gates).toHaveLength(1);
  gates[0]?.();
  await eventually(() => expect(gates).toHaveLength(2));
  gates[1]?.();
  await eventually(() => expect(snapshot.current()).toEqual({ version: '6' }));
  expect([gates.length, mostAtOnce]).toEqual([2, 1]);
});

test('a stopped snapshot keeps its state', async () => {
  const registry = owner('1');
  const { snapshot, announce, heard } = follow({ fetch: registry.fetch, pollMs: 10 });
  await snapshot.first(5_000);
  snapshot.stop();
  registry.become('2');
  await announce('2');
  await eventually(() => expect(heard).toEqual(['2']));
  expect(snapshot.current()).toEqual({ version: '1' });
});

test('a stopped snapshot stops retrying its first fetch', async () => {
  const gate = Promise.withResolvers<State>();
  const asked: unknown[] = [];
  const { snapshot, errors } = follow({
    fetch(known) {
      asked.push(known);
      return gate.promise;
    },
  });
  snapshot.stop();
  gate.reject(new Error('unavailable'));
  expect(await snapshot.first(500)).toBeUndefined();
  expect([asked.length, errors.length]).toEqual([1, 0]);
});

test('an initial snapshot is current until the owner answers, and its version is asked for', async () => {
  const registry = owner('2');
  const { snapshot } = follow({ ...registry, initial: { version: '1' } });
  expect(snapshot.current()).toEqual({ version: '1' });
  expect(await snapshot.first(5_000)).toEqual({ version: '2' });
  expect(registry.asked[0]).toBe('1');
});

test('with an initial snapshot, the start does not wait for an owner that is unavailable or hangs', async () => {
  const unavailable = follow({ ...owner(undefined), initial: { version: '1' } });
  expect(await unavailable.snapshot.first(never)).toEqual({ version: '1' });
  const hanging = follow({ fetch: () => new Promise(() => undefined), initial: { version: '1' } });
  expect(await hanging.snapshot.first(20)).toEqual({ version: '1' });
});
