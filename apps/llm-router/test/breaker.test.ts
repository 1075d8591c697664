import { operatorNotification } from '@valuecanvas/contracts-llm-router';
import { streamOf } from '@valuecanvas/journal';
import type { Fault } from '@valuecanvas/llm-simulator';
import { createKeys } from '@valuecanvas/redis';
import { startSeverableLink, type TestService } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { expectError, usePlatform } from './support/platform.ts';

const platform = usePlatform();
const alone = { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined };

const health = (router: TestService) => router.request('/api/llm/health', { as: { kind: 'anonymous' } });

/** Sends requests in sequence, so that each sees the breaker's state after the previous one. */
async function chats(router: TestService, count: number): Promise<void> {
  for (let call = 0; call < count; call += 1) await platform.chat(router);
}

test('a router that has just started is healthy and has counted nothing', async () => {
  const router = await platform.start();
  expect(await health(router)).toMatchObject({
    status: 200,
    body: {
      success: true,
      data: { healthy: true, providers: { together_ai: { healthy: true, state: 'closed' } } },
    },
  });
  const stats = await router.request('/api/llm/stats', { as: { kind: 'anonymous' } });
  expect(stats.body.data).toEqual({
    providers: Object.fromEntries(
      ['together_ai', 'openai'].map((id) => [
        id,
        { state: 'closed', calls: 0, failures: 0, fallbacks: 0, latencyP50: 0, latencyP95: 0, models: {} },
      ]),
    ),
    cache: { hits: 0, misses: 0, hitRate: 0 },
    since: expect.any(String),
    instance: expect.stringMatching(/^[0-9a-f]{8}$/),
  });
});

test('a provider with five failures in ten calls is not called or charged any more', async () => {
  platform.together.behave({
    rules: [{ fault: 'none', count: 5 }, { fault: '500' }],
  });
  const router = await platform.start();
  await chats(router, 9);
  expect(await platform.stats(router)).toMatchObject({ together_ai: { state: 'closed' } });
  await chats(router, 1);
  expect(await platform.stats(router)).toMatchObject({
    together_ai: { state: 'open', calls: 10, failures: 5 },
    openai: { state: 'closed', calls: 5, fallbacks: 5 },
  });
  await chats(router, 1);
  expect(platform.together.calls().calls).toBe(10);
  expect(platform.openai.calls().calls).toBe(6);
  expect(await health(router)).toMatchObject({
    status: 200,
    body: { data: { healthy: true, providers: { together_ai: { healthy: false, state: 'open' } } } },
  });
  await platform.booked(16);
});

test('operators are notified of a breaker that opens, once for all replicas and the hour', async () => {
  await platform.database.query('truncate vc_private.notifications cascade');
  platform.together.behave({ rules: [{ fault: '500' }] });
  const settings = { ...alone, REDIS_KEY_PREFIX: platform.ownRedis().prefix };
  const routers = [await platform.start(settings), await platform.start(settings)];
  const [first] = routers;
  if (first) await chats(first, 10);
  const notifications = () =>
    platform.database.query('select kind, severity, title, details from vc_private.notifications');
  await expect.poll(notifications).toEqual([
    {
      kind: 'provider.breaker-opened',
      severity: 'warning',
      title: 'The breaker of together_ai has opened',
      details: { provider: 'together_ai', model: expect.any(String) },
    },
  ]);
  await expect
    .poll(async () => Promise.all(routers.map(async (one) => (await platform.stats(one)).together_ai.state)))
    .toEqual(['open', 'open']);
  expect(await notifications()).toHaveLength(1);
});

const storedKinds = async () =>
  (await platform.database.query<{ kind: string }>('select kind from vc_private.notifications')).map(
    ({ kind }) => kind,
  );

test('a breaker that opens while PostgreSQL is unavailable is notified afterwards', async () => {
  await platform.database.query('truncate vc_private.notifications cascade');
  platform.together.behave({ rules: [{ fault: '500' }] });
  const link = await startSeverableLink(platform.database.urlFor('llm-router'));
  const redis = platform.ownRedis();
  const settings = { ...alone, DATABASE_URL: link.url, REDIS_KEY_PREFIX: redis.prefix };
  const router = await platform.start(settings);
  await chats(router, 5);
  await link.cut();
  await chats(router, 5);
  const journal = streamOf(createKeys(redis.prefix), operatorNotification);
  await expect.poll(() => redis.client.xlen(journal)).toBe(1);
  expect(await storedKinds()).toEqual([]);
  await link.mend();
  await expect.poll(storedKinds).toEqual(['provider.breaker-opened']);
  await expect.poll(() => redis.client.xlen(journal)).toBe(0);
});

test('a breaker that opens while Redis is unavailable is notified at once', async () => {
  await platform.database.query('truncate vc_private.notifications cascade');
  platform.together.behave({ rules: [{ fault: '500' }] });
  const router = await platform.start({ ...alone, REDIS_URL: 'redis://127.0.0.1:1' });
  await Promise.all(Array.from({ length: 10 }, () => platform.chat(router)));
  await expect.poll(storedKinds).toEqual(['provider.breaker-opened']);
});

test('when all breakers are open, health is 503 and calls fail at once', async () => {
  platform.together.behave({ rules: [{ fault: '500' }] });
  const router = await platform.start(alone);
  await chats(router, 10);
  expect(await health(router)).toMatchObject({
    status: 503,
    body: {
      success: true,
      data: { healthy: false, providers: { together_ai: { healthy: false, state: 'open' } } },
    },
  });
  expectError(await platform.chat(router), 503, 'LLM_UNAVAILABLE');
  expect(platform.together.calls().calls).toBe(10);
});

test.each(['400', '404'] as const satisfies Fault[])(
  'requests that a provider answers with %s do not open its breaker',
  async (fault) => {
    platform.together.behave({ rules: [{ fault, count: 15 }] });
    const router = await platform.start(alone);
    await chats(router, 15);
    expect(await platform.stats(router)).toMatchObject({ together_ai: { state: 'closed', failures: 0 } });
    expect((await platform.chat(router)).status).toBe(200);
  },
);
