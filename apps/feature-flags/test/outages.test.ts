import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { createFlags } from '@valuecanvas/flags-sdk';
import { createKeys, createWaitingRedis } from '@valuecanvas/redis';
import { eventually, startSeverableLink, type TestService, userPrincipal } from '@valuecanvas/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { admin, usePlatform } from './platform.ts';

const platform = usePlatform();
const user = userPrincipal();
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const put = (service: TestService, body: object) =>
  service.request('/api/flags/llm_caching', { method: 'PUT', as: admin, body });

async function isOn(service: TestService): Promise<boolean> {
  const { body } = await service.request('/api/flags/evaluate', { as: user });
  return body.data.flags.llm_caching.enabled;
}

const readiness = async (service: TestService) => (await fetch(`${service.internalUrl}/health/ready`)).status;

describe('without PostgreSQL', () => {
  test('the last known flags are evaluated, and every other route answers 503', async () => {
    const postgres = await startSeverableLink(platform.database.urlFor('feature-flags'));
    ends.push(postgres.cut);
    const service = await platform.startReplica({ DATABASE_URL: postgres.url });
    await put(service, { enabled: true });
    await postgres.cut();

    expect(await isOn(service)).toBe(true);
    expect(await readiness(service)).toBe(200);
    const refused = await Promise.all([
      service.request('/api/flags', { as: admin }),
      service.request('/api/flags', { method: 'POST', as: admin, body: { key: 'a' } }),
      service.request('/api/flags/llm_caching', { as: admin }),
      put(service, { enabled: false }),
      service.request('/api/flags/llm_caching', { method: 'DELETE', as: admin }),
      service.request('/internal/flags/snapshot', {
        as: { kind: 'service', service: 'canvas' },
        from: 'canvas',
      }),
    ]);
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
      Array(6).fill([503, 'DEPENDENCY_UNAVAILABLE']),
    );

    await postgres.mend();
    const { status } = await put(service, { enabled: false });
    expect(status).toBe(200);
    expect(await isOn(service)).toBe(false);
  });

  test('a service that has never loaded the flags is not ready and evaluates nothing until it has', async () => {
    const postgres = await startSeverableLink(platform.database.urlFor('feature-flags'));
    ends.push(postgres.cut);
    await postgres.cut();
    const service = await platform.startReplica({ DATABASE_URL: postgres.url });
    expect(await readiness(service)).toBe(503);
    const { status, body } = await service.request('/api/flags/evaluate', { as: user });
    expect([status, body.code]).toEqual([503, 'DEPENDENCY_UNAVAILABLE']);

    await postgres.mend();
    await eventually(async () => expect(await readiness(service)).toBe(200));
    expect((await service.request('/api/flags/evaluate', { as: user })).status).toBe(200);
  });
});

describe('without Redis', () => {
  test('a change still succeeds, and reaches every replica and service by polling', async () => {
    const redis = await startSeverableLink(platform.redis.url);
    ends.push(redis.cut);
    const settings = { REDIS_URL: redis.url, FLAGS_POLL_MS: '50' };
    const [one, other] = [await platform.startReplica(settings), await platform.startReplica(settings)];
    const connection = createWaitingRedis({ url: redis.url, name: 'sdk', onError: () => undefined });
    const flags = createFlags({
      client: other.client(featureFlagsContract, 'canvas'),
      redis: connection,
      keys: createKeys(platform.redis.prefix),
      service: 'canvas',
      onError: () => undefined,
      pollMs: 50,
    });
    ends.push(() => connection.disconnect(), flags.stop);
    const context = { targetingKey: user.userId };
    await put(one, { enabled: true });
    await eventually(async () => expect(await isOn(other)).toBe(true));
    await eventually(() => expect(flags.isEnabled('llm_caching', context, false)).toBe(true));
    await redis.cut();

    const { status } = await put(one, { enabled: false });
    expect(status).toBe(200);
    expect(await isOn(one)).toBe(false);
    await eventually(async () => expect(await isOn(other)).toBe(false));
    await eventually(() => expect(flags.isEnabled('llm_caching', context, true)).toBe(false));
    await redis.mend();
  });
});

describe('without the flag service', () => {
  test('services keep the last known flags, and get changes when it is back', async () => {
    const service = await platform.startReplica();
    await put(service, { enabled: true });
    const errors: unknown[] = [];
    const connection = createWaitingRedis({ url: platform.redis.url, name: 'sdk', onError: () => undefined });
    let current = service.client(featureFlagsContract, 'canvas');
    const flags = createFlags({
      client: { getFlagSnapshot: (input, call) => current.getFlagSnapshot(input, call) },
      redis: connection,
      keys: createKeys(platform.redis.prefix),
      service: 'canvas',
      onError: (error) => errors.push(error),
      pollMs: 50,
    });
    ends.push(() => connection.disconnect(), flags.stop);
    expect(await flags.ready(5_000)).toBe(true);
    const context = { targetingKey: user.userId };

    await service.stop();
    await eventually(() => expect(errors.length).toBeGreaterThan(0));
    expect(flags.isEnabled('llm_caching', context, false)).toBe(true);

    const successor = await platform.startReplica();
    current = successor.client(featureFlagsContract, 'canvas');
    await put(successor, { enabled: false });
    await eventually(() => expect(flags.isEnabled('llm_caching', context, true)).toBe(false));
  });
});
