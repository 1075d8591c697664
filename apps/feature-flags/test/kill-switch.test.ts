import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { createFlags, type Flags } from '@valuecanvas/flags-sdk';
import { createKeys, createWaitingRedis } from '@valuecanvas/redis';
import { eventually, type TestService, userPrincipal } from '@valuecanvas/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { admin, usePlatform } from './platform.ts';

/** Maximum time in which a change reaches all services. */
const withinASecond = { timeoutMs: 1_000 };

/** Longer than any test, so that no update comes from polling. */
const neverPolls = { FLAGS_POLL_MS: '600000' };

const user = userPrincipal();
const context = { targetingKey: user.userId };

const platform = usePlatform();
const ends: (() => void)[] = [];
let replica: TestService;
let other: TestService;
let flags: Flags;

beforeAll(async () => {
  replica = await platform.startReplica(neverPolls);
  other = await platform.startReplica(neverPolls);
  flags = startSdk(other);
  await flags.ready(5_000);
});

afterAll(() => {
  for (const end of ends) end();
});

beforeEach(() => put({ enabled: true, rolloutPercentage: 100 }));

function startSdk(service: TestService): Flags {
  const redis = createWaitingRedis({ url: platform.redis.url, name: 'sdk', onError: () => undefined });
  const sdk = createFlags({
    client: service.client(featureFlagsContract, 'canvas'),
    redis,
    keys: createKeys(platform.redis.prefix),
    service: 'canvas',
    onError: () => undefined,
    pollMs: 600_000,
  });
  ends.push(sdk.stop, () => redis.disconnect());
  return sdk;
}

async function put(body: object): Promise<void> {
  const { status } = await replica.request('/api/flags/llm_caching', { method: 'PUT', as: admin, body });
  expect(status).toBe(200);
}

async function isOn(service: TestService): Promise<boolean> {
  const { body } = await service.request('/api/flags/evaluate', { as: user });
  return body.data.flags.llm_caching?.enabled;
}

describe('a flag that is switched off', () => {
  test('is off at once on the replica that handled the request', async () => {
    expect(await isOn(replica)).toBe(true);
    await put({ enabled: false });
    expect(await isOn(replica)).toBe(false);
  });

  test('is off within a second on every other replica', async () => {
    await eventually(async () => expect(await isOn(other)).toBe(true), withinASecond);
    await put({ enabled: false });
    await eventually(async () => expect(await isOn(other)).toBe(false), withinASecond);
  });

  test('is off within a second in the services that evaluate it', async () => {
    await eventually(() => expect(flags.isEnabled('llm_caching', context, false)).toBe(true), withinASecond);
    await put({ enabled: false });
    await eventually(() => expect(flags.isEnabled('llm_caching', context, true)).toBe(false), withinASecond);
  });
});

test('creating and deleting a flag takes effect everywhere within a second', async () => {
  const body = { key: 'short_lived', enabled: true };
  await replica.request('/api/flags', { method: 'POST', as: admin, body });
  await eventually(() => expect(flags.isEnabled('short_lived', context, false)).toBe(true), withinASecond);
  await replica.request('/api/flags/short_lived', { method: 'DELETE', as: admin });
  await eventually(() => expect(flags.evaluate('short_lived', context)).toBeUndefined(), withinASecond);
});

test('local evaluation and the flag service agree on every flag for every user', async () => {
  await put({ rolloutPercentage: 50 });
  const { body } = await replica.request('/api/flags', { as: admin });
  const keys: string[] = body.data.map(({ key }: { key: string }) => key);
  for (const principal of Array.from({ length: 20 }, () => userPrincipal({ tier: 'pro' }))) {
    const answer = await replica.request('/api/flags/evaluate', { as: principal });
    const own = { targetingKey: principal.userId, tier: principal.tier, role: principal.role };
    await eventually(() => {
      expect(Object.fromEntries(keys.map((key) => [key, flags.evaluate(key, own)]))).toEqual(
        answer.body.data.flags,
      );
    }, withinASecond);
  }
});
