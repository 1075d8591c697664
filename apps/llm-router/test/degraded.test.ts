import { eventually, startSeverableLink } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { expectError, usePlatform } from './support/platform.ts';

const platform = usePlatform();

/** A router whose connection to Redis a test can cut, and the key space that it shares. */
async function startOnLink(settings: Record<string, string> = {}) {
  const link = await startSeverableLink(platform.redis.url);
  const redis = platform.ownRedis();
  const router = await platform.start({ ...settings, REDIS_URL: link.url, REDIS_KEY_PREFIX: redis.prefix });
  return { router, link, redis };
}

test('while Redis is unavailable calls are served within the offline allowance, and booked directly in the ledger', async () => {
  const { router, link } = await startOnLink();
  await platform.chat(router);
  await platform.booked(1);
  await link.cut();
  const answers = await Promise.all([platform.chat(router), platform.chat(router)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  await platform.booked(3);
});

test('beyond the offline allowance nothing is spent', async () => {
  const { router, link } = await startOnLink({ LLM_BUDGET_WITHOUT_REDIS: '0' });
  await link.cut();
  expectError(await platform.chat(router), 503, 'DEPENDENCY_UNAVAILABLE');
  expect(platform.together.calls().calls).toBe(0);
  await link.mend();
  await eventually(async () => expect((await platform.chat(router)).status).toBe(200));
});

test('offline spending counts against the budget as soon as Redis is back', async () => {
  const { router, link, redis } = await startOnLink();
  await platform.chat(router);
  await platform.booked(1);
  await link.cut();
  await platform.chat(router);
  const rows = await platform.booked(2);
  await link.mend();
  const sum = rows.reduce((total, { cost_nanos }) => total + Number(cost_nanos), 0);
  const day = new Date().toISOString().slice(0, 10);
  const key = `${redis.prefix}:spent:u:${platform.user.userId}:${day}`;
  await eventually(async () => expect(await redis.client.exists(key)).toBe(0));
  const { body } = await platform.chat(router);
  expect(Number(await redis.client.get(key))).toBe(sum + Math.round(body.data.cost * 1e9));
});

test('a call during which Redis fails is answered, and booked once', async () => {
  platform.together.behave({ latencyMs: 300 });
  const { router, link, redis } = await startOnLink();
  const call = platform.chat(router);
  await eventually(() => expect(platform.together.calls().open).toBe(1));
  await link.cut();
  expect((await call).status).toBe(200);
  const [row] = await platform.booked(1);
  await link.mend();
  await eventually(async () => expect(await redis.client.keys(`${redis.prefix}:held:*`)).toEqual([]));
  const day = new Date().toISOString().slice(0, 10);
  expect(await redis.client.get(`${redis.prefix}:spent:u:${platform.user.userId}:${day}`)).toBe(
    row?.cost_nanos,
  );
  await platform.booked(1);
});

test('a request with an idempotency key is refused while Redis is unavailable', async () => {
  const { router, link } = await startOnLink();
  await link.cut();
  const headers = { 'idempotency-key': 'order-17' };
  expectError(await platform.chat(router, { prompt: 'Why?' }, { headers }), 503, 'DEPENDENCY_UNAVAILABLE');
  expect(platform.together.calls().calls).toBe(0);
});

test('the router stays ready without Redis and without PostgreSQL', async () => {
  const { router, link } = await startOnLink({ DATABASE_URL: 'postgresql://127.0.0.1:1/away' });
  await link.cut();
  expect((await fetch(`${router.internalUrl}/health/ready`)).status).toBe(200);
});
