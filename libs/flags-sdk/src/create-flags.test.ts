import { featureFlagsContract, flagsChannel } from '@valuecanvas/contracts-feature-flags';
import { createClient } from '@valuecanvas/http-client';
import { createKeys, createWaitingRedis } from '@valuecanvas/redis';
import { createTestRedis, eventually, type TestRedis } from '@valuecanvas/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFlags, type Flags } from './create-flags.ts';
import { flagRule } from './test-support/flag-rule.ts';
import { type FlagServer, startFlagServer } from './test-support/flag-server.ts';

const anna = { targetingKey: 'anna' };
const on = flagRule();
const off = flagRule({ enabled: false, version: 2 });

/** Longer than any test, so that no update comes from polling. */
const never = 600_000;

let server: FlagServer;
let redis: TestRedis;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  server = await startFlagServer();
  redis = createTestRedis();
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await redis.stop();
  await server.stop();
});

function startFlags(settings: { pollMs?: number; redisUrl?: string } = {}): Flags & { errors: unknown[] } {
  const errors: unknown[] = [];
  const client = createClient(featureFlagsContract, { baseUrl: server.url, sign: async () => 'token' });
  const connection = createWaitingRedis({
    url: settings.redisUrl ?? redis.url,
    name: 'test',
    onError: () => undefined,
  });
  const flags = createFlags({
    client: client.call,
    redis: connection,
    keys: createKeys(redis.prefix),
    service: 'canvas',
    onError: (error) => errors.push(error),
    pollMs: settings.pollMs ?? never,
  });
  ends.push(
    () => client.close(),
    () => connection.disconnect(),
    flags.stop,
  );
  return { ...flags, errors };
}

const announce = (version: string) =>
  redis.client.publish(createKeys(redis.prefix)(...flagsChannel), version);

test('flags are evaluated locally as soon as they are loaded', async () => {
  server.serve('1', [on]);
  const flags = startFlags();
  expect(await flags.ready(5_000)).toBe(true);
  expect(flags.isEnabled('checkout', anna, false)).toBe(true);
  expect(flags.evaluate('checkout', anna)).toMatchObject({ enabled: true, reason: 'STATIC' });
});

test('the fallback applies before the flags are loaded and for a flag that does not exist', async () => {
  server.fail();
  const flags = startFlags();
  expect(await flags.ready(50)).toBe(false);
  expect(flags.isEnabled('checkout', anna, true)).toBe(true);
  expect(flags.evaluate('checkout', anna)).toBeUndefined();

  server.serve('1', [off]);
  await announce('1');
  await eventually(() => expect(flags.isEnabled('checkout', anna, true)).toBe(false));
  expect(flags.isEnabled('another', anna, true)).toBe(true);
  expect(flags.isEnabled('another', anna, false)).toBe(false);
});

test('a published change arrives within a second', async () => {
  server.serve('1', [on]);
  const flags = startFlags();
  await flags.ready(5_000);
  await eventually(async () => {
    const [, listeners] = await redis.client.pubsub('NUMSUB', createKeys(redis.prefix)(...flagsChannel));
    expect(listeners).toBe(1);
  });

  server.serve('2', [off]);
  await announce('2');
  await eventually(() => expect(flags.isEnabled('checkout', anna, true)).toBe(false), { timeoutMs: 1_000 });
});

test('without Redis, polling finds a change, and an unchanged snapshot is not sent again', async () => {
  server.serve('1', [on]);
  const flags = startFlags({ pollMs: 20, redisUrl: 'redis://127.0.0.1:1' });
  await flags.ready(5_000);
  await eventually(() =>
    expect(server.statuses.filter((status) => status === 304).length).toBeGreaterThan(2),
  );
  expect(server.statuses.filter((status) => status === 200)).toHaveLength(1);

  server.serve('2', [off]);
  await eventually(() => expect(flags.isEnabled('checkout', anna, true)).toBe(false));
});

test('the last known flags are used while the flag service fails', async () => {
  server.serve('1', [on]);
  const flags = startFlags({ pollMs: 20 });
  await flags.ready(5_000);
  server.fail();
  await eventually(() => expect(flags.errors.length).toBeGreaterThan(0));
  expect(flags.isEnabled('checkout', anna, false)).toBe(true);
});

test('stop ends polling', async () => {
  server.serve('1', [on]);
  const settings = { pollMs: 20, redisUrl: 'redis://127.0.0.1:1' };
  const stopped = startFlags(settings);
  await stopped.ready(5_000);
  stopped.stop();
  server.serve('2', [off]);
  const witness = startFlags(settings);
  await eventually(() => expect(witness.isEnabled('checkout', anna, true)).toBe(false));
  await eventually(() =>
    expect(server.statuses.filter((status) => status === 304).length).toBeGreaterThan(2),
  );
  expect(stopped.isEnabled('checkout', anna, false)).toBe(true);
});
