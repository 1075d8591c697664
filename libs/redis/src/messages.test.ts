import { createTestRedis, eventually, type TestRedis } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createWaitingRedis } from './create-redis.ts';
import { publish, subscribe } from './messages.ts';

let testRedis: TestRedis;
beforeAll(() => {
  testRedis = createTestRedis();
});
afterAll(() => testRedis.stop());

/** Subscribes on a separate, named connection that the test can kill. */
async function listen(channel: string, name = `${testRedis.prefix}-${channel}`) {
  const redis = createWaitingRedis({ url: testRedis.url, name, onError: () => undefined });
  onTestFinished(() => redis.disconnect());
  const heard: (string | undefined)[] = [];
  subscribe(redis, `${testRedis.prefix}:${channel}`, (message) => heard.push(message));
  await eventually(async () => expect(await listeners(channel)).toBe(1));
  return { heard, name };
}

/** Number of subscribers of a channel. */
async function listeners(channel: string): Promise<number> {
  const [, count] = await testRedis.client.pubsub('NUMSUB', `${testRedis.prefix}:${channel}`);
  return Number(count);
}

const say = (channel: string, message: string) =>
  publish(testRedis.client, `${testRedis.prefix}:${channel}`, message);

/** Kills the connection of that name on the server. */
async function kill(name: string): Promise<void> {
  const clients = String(await testRedis.client.client('LIST'));
  const id = /\bid=(\d+)/.exec(clients.split('\n').find((line) => line.includes(`name=${name} `)) ?? '')?.[1];
  if (!id) throw new Error(`No connection is named ${name}.`);
  await testRedis.client.client('KILL', 'ID', id);
}

test('a listener is called once when connected, then for each message in order', async () => {
  const { heard } = await listen('news');
  for (const message of ['1', '2', '3']) await say('news', message);
  await eventually(() => expect(heard).toEqual([undefined, '1', '2', '3']));
});

test('messages on other channels are not delivered', async () => {
  const { heard } = await listen('mine');
  await say('other', 'secret');
  await say('mine', 'open');
  await eventually(() => expect(heard).toEqual([undefined, 'open']));
});

test('two channels on one connection deliver only their own messages', async () => {
  const redis = createWaitingRedis({ url: testRedis.url, name: 'two', onError: () => undefined });
  onTestFinished(() => redis.disconnect());
  const heard: string[] = [];
  for (const channel of ['left', 'right'])
    subscribe(redis, `${testRedis.prefix}:${channel}`, (message) => heard.push(`${channel} ${message}`));
  await eventually(async () => expect([await listeners('left'), await listeners('right')]).toEqual([1, 1]));
  await say('left', '1');
  await say('right', '2');
  await eventually(() => expect(heard).toEqual(expect.arrayContaining(['left 1', 'right 2'])));
  expect(heard).not.toContain('right 1');
});

test('after a reconnect a listener is called once, then for each later message', async () => {
  const { heard, name } = await listen('lost');
  await kill(name);
  await eventually(() => expect(heard).toEqual([undefined, undefined]));
  await eventually(async () => expect(await listeners('lost')).toBe(1));
  await say('lost', 'again');
  await eventually(() => expect(heard).toEqual([undefined, undefined, 'again']));
});
