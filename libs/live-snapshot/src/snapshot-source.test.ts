import { createWaitingRedis } from '@valuecanvas/redis';
import { createTestRedis, eventually, type TestRedis } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createSnapshotSource, versionOf } from './snapshot-source.ts';

/** Longer than any test, so that no reload comes from polling. */
const never = 3_600_000;

let testRedis: TestRedis;
let sources = 0;
beforeAll(() => {
  testRedis = createTestRedis();
});
afterAll(() => testRedis.stop());

/** Stored items, and any number of replicas that publish and follow them on one channel. */
function ownerInTest(...stored: string[]) {
  sources += 1;
  const channel = `${testRedis.prefix}:source:${sources}`;
  let isUnavailable = false;
  const load = async () => {
    if (isUnavailable) throw new Error('unavailable');
    const items = [...stored];
    return { version: versionOf(items), items };
  };
  return {
    channel,
    commit: (item: string) => stored.push(item),
    fail(fails: boolean) {
      isUnavailable = fails;
    },
    replica() {
      const errors: unknown[] = [];
      const onError = (error: unknown) => errors.push(error);
      return { errors, source: createSnapshotSource({ load, redis: testRedis.client, channel, onError }) };
    },
  };
}

function follow(source: ReturnType<ReturnType<typeof ownerInTest>['replica']>['source'], pollMs = never) {
  const redis = createWaitingRedis({ url: testRedis.url, name: 'follower', onError: () => undefined });
  const followed = source.follow({ redis, pollMs });
  onTestFinished(async () => {
    await followed.stop();
    redis.disconnect();
  });
  return followed;
}

async function items(followed: ReturnType<typeof follow>): Promise<readonly string[]> {
  return (await followed.current()).items;
}

test('equal contents have the same version and different contents have different versions', () => {
  expect(versionOf(['a'])).toBe(versionOf(['a']));
  expect(versionOf(['a'])).not.toBe(versionOf(['b']));
});

test('a refresh includes what was committed before it, and an unchanged snapshot stays the same object', async () => {
  const owner = ownerInTest('a');
  const { source } = owner.replica();
  const first = await source.refresh();
  expect(await source.refresh()).toBe(first);
  owner.commit('b');
  expect((await source.refresh()).items).toEqual(['a', 'b']);
});

test('a published change is current in this replica at once and soon in the others', async () => {
  const owner = ownerInTest('a');
  const { source } = owner.replica();
  const own = follow(source);
  const other = follow(owner.replica().source);
  expect([await items(own), await items(other)]).toEqual([['a'], ['a']]);
  await eventually(async () =>
    expect(await testRedis.client.pubsub('NUMSUB', owner.channel)).toEqual([owner.channel, 2]),
  );
  owner.commit('b');
  await source.publish();
  expect(await items(own)).toEqual(['a', 'b']);
  await eventually(async () => expect(await items(other)).toEqual(['a', 'b']));
});

test('a change whose message was lost arrives by polling', async () => {
  const owner = ownerInTest('a');
  const followed = follow(owner.replica().source, 10);
  expect(await items(followed)).toEqual(['a']);
  owner.commit('b');
  await eventually(async () => expect(await items(followed)).toEqual(['a', 'b']));
});

test('while the state cannot be loaded, the last snapshot stays current and publish reports the error', async () => {
  const owner = ownerInTest('a');
  const { source, errors } = owner.replica();
  const followed = follow(source);
  expect(await items(followed)).toEqual(['a']);
  owner.fail(true);
  await source.publish();
  expect(errors).not.toEqual([]);
  expect(await items(followed)).toEqual(['a']);
  await expect(source.refresh()).rejects.toThrow('unavailable');
});

test('current rejects until a first snapshot can be loaded', async () => {
  const owner = ownerInTest('a');
  owner.fail(true);
  const followed = follow(owner.replica().source);
  await expect(followed.current()).rejects.toThrow('unavailable');
  owner.fail(false);
  expect(await items(followed)).toEqual(['a']);
});
