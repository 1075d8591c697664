import type { UserPrincipal } from '@valuecanvas/contracts-core';
import { eventually, type TestRedis, type TestService } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { expectError, llama, usePlatform } from './support/platform.ts';
import { startScriptedProvider } from './support/scripted-provider.ts';
import { askForStream } from './support/streams.ts';

const platform = usePlatform();
const limits = (tier: object) => ({ LLM_TIERS: JSON.stringify({ pro: tier }) });

const question = { model: llama, messages: [{ role: 'user', content: 'Why?' }], maxTokens: 20 };
const ask = (router: TestService, body: object = question, as: UserPrincipal = platform.user) =>
  platform.chat(router, body, { as });

/** Sums the nano-dollars in the deployment's keys. */
async function held({ client, prefix }: TestRedis): Promise<string[]> {
  const keys = await client.keys(`${prefix}:held:*`);
  return [...keys, ...(await client.keys(`${prefix}:leases`))];
}

const spent = async ({ client, prefix }: TestRedis, { userId }: UserPrincipal): Promise<bigint> =>
  BigInt((await client.get(`${prefix}:spent:u:${userId}:${new Date().toISOString().slice(0, 10)}`)) ?? 0);

test.each([1, 2, 4, 16])(
  'one hundred concurrent calls over %i routers never exceed the budget, and leave nothing reserved',
  async (replicas) => {
    const limitDollars = 0.005;
    platform.together.behave({ latencyMs: 20 });
    const redis = platform.ownRedis();
    const settings = {
      REDIS_KEY_PREFIX: redis.prefix,
      ...limits({ budgetPerDay: limitDollars, requestsPerHour: 1_000 }),
    };
    const routers = await Promise.all(Array.from({ length: replicas }, () => platform.start(settings)));
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => ask(routers[index % replicas] as TestService)),
    );
    const served = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 402);
    expect(served.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    expect(served.length + refused.length).toBe(100);
    expect(platform.together.calls().calls).toBe(served.length);
    const total = await spent(redis, platform.user);
    expect(total).toBeLessThanOrEqual(BigInt(limitDollars * 1e9));
    const rows = await platform.booked(served.length);
    expect(total).toBe(rows.reduce((sum, { cost_nanos }) => sum + BigInt(cost_nanos), 0n));
    expect(await held(redis)).toEqual([]);
    await Promise.all(routers.map((router) => router.stop()));
  },
);

test('the costs of a call that is in flight while Redis loses its data count against the budget', async () => {
  const redis = platform.ownRedis();
  const router = await platform.start({ REDIS_KEY_PREFIX: redis.prefix });
  platform.together.behave({ latencyMs: 500 });
  const slow = ask(router);
  await eventually(() => expect(platform.together.calls().open).toBe(1));
  await redis.clear();
  platform.together.behave({ latencyMs: 0 });
  expect(await ask(router)).toMatchObject({ status: 200 });
  expect(await slow).toMatchObject({ status: 200 });
  expect(await ask(router)).toMatchObject({ status: 200 });
  const rows = await platform.booked(3);
  expect(await spent(redis, platform.user)).toBe(
    rows.reduce((sum, { cost_nanos }) => sum + BigInt(cost_nanos), 0n),
  );
});

test('a refusal states the limit, the spent amount and the reset time', async () => {
  const router = await platform.start(limits({ budgetPerDay: 0.000_001 }));
  const answer = await ask(router);
  expectError(answer, 402, 'BUDGET_EXCEEDED');
  expect(answer.body).toMatchObject({
    limit: 0.000_001,
    spent: 0,
    upgradeUrl: expect.stringMatching(/^http/),
  });
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  expect(answer.body.resetsAt).toBe(`${tomorrow}T00:00:00.000Z`);
  expect(answer.headers.get('x-should-retry')).toBe('false');
  expect(platform.together.calls().calls).toBe(0);
});

test('a call whose maximum cost exceeds the remaining budget is refused, whatever its actual cost', async () => {
  const router = await platform.start(limits({ budgetPerDay: 0.002 }));
  expectError(await ask(router, { ...question, maxTokens: 4_000 }), 402, 'BUDGET_EXCEEDED');
  expect((await ask(router)).status).toBe(200);
});

test('a counter missing in Redis is seeded from the ledger before anything is spent', async () => {
  const redis = platform.ownRedis();
  const router = await platform.start({ REDIS_KEY_PREFIX: redis.prefix, ...limits({ budgetPerDay: 0.005 }) });
  const { body } = await ask(router);
  await platform.booked(1);
  const before = await spent(redis, platform.user);
  expect(before).toBe(BigInt(Math.round(body.data.cost * 1e9)));
  await redis.client.del(...(await redis.client.keys(`${redis.prefix}:spent:*`)));
  const second = await ask(router);
  expect(await spent(redis, platform.user)).toBe(before + BigInt(Math.round(second.body.data.cost * 1e9)));
});

test('all users together stay within the platform budget, which no error reveals', async () => {
  const router = await platform.start({ PLATFORM_BUDGET_PER_DAY: '0.000001' });
  const answer = await ask(router);
  expectError(answer, 402, 'BUDGET_EXCEEDED');
  expect(answer.body).not.toHaveProperty('limit');
  expect(answer.body).not.toHaveProperty('spent');
});

test('a failed call releases its reservation and its counted request', async () => {
  for (const provider of [platform.together, platform.openai])
    provider.behave({ rules: [{ fault: '500', count: 1 }] });
  const redis = platform.ownRedis();
  const router = await platform.start({ REDIS_KEY_PREFIX: redis.prefix, ...limits({ requestsPerHour: 1 }) });
  expect((await ask(router)).status).toBe(503);
  expect(await held(redis)).toEqual([]);
  expect(await spent(redis, platform.user)).toBe(0n);
  expect((await ask(router)).status).toBe(200);
});

test('a call that timed out is charged for its prompt, by estimate', async () => {
  platform.together.behave({ rules: [{ fault: 'hang' }] });
  const redis = platform.ownRedis();
  const router = await platform.start({
    REDIS_KEY_PREFIX: redis.prefix,
    LLM_TIMEOUT: '200',
    OPENAI_API_KEY: undefined,
    OPENAI_BASE_URL: undefined,
  });
  expect((await ask(router)).status).toBe(504);
  const [row] = await platform.booked(1);
  expect(row).toMatchObject({ status: 'timed_out', cost_estimated: true });
  expect(await spent(redis, platform.user)).toBe(BigInt(row?.cost_nanos ?? 0));
  expect(BigInt(row?.cost_nanos ?? 0)).toBeGreaterThan(0n);
});

test('requests per hour are limited by tier, as the refusal states', async () => {
  const router = await platform.start(limits({ requestsPerHour: 2 }));
  const answers = await Promise.all([ask(router), ask(router), ask(router)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429]);
  const refused = await ask(router);
  expectError(refused, 429, 'RATE_LIMITED');
  expect(refused.body).toMatchObject({
    error: 'Rate limit exceeded',
    tier: 'pro',
    limit: 2,
    windowMs: 3_600_000,
    upgradeUrl: expect.stringMatching(/^http/),
  });
  expect(refused.body.retryAfter).toBeGreaterThan(0);
  expect(refused.headers.get('retry-after')).toBe(String(refused.body.retryAfter));
  expect(refused.headers.get('x-should-retry')).toBe('false');
  expect(refused.headers.get('ratelimit-limit')).toBe('2');
});

test('admins have no limit of requests', async () => {
  const router = await platform.start(limits({ requestsPerHour: 1 }));
  const admin = await platform.database.createUser({ tier: 'pro', role: 'admin' });
  const answers = [await ask(router, question, admin), await ask(router, question, admin)];
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});

test('token limits count a call’s maximum, corrected to its actual tokens', async () => {
  const router = await platform.start(limits({ tokensPerMinute: 2_000 }));
  expectError(await ask(router, { ...question, maxTokens: 2_500 }), 429, 'RATE_LIMITED');
  const statuses = [];
  for (let call = 0; call < 3; call += 1) statuses.push((await ask(router)).status);
  expect(statuses).toEqual([200, 200, 200]);
});

test('a model can have its own limits', async () => {
  const router = await platform.start(limits({ models: { [llama]: { requestsPerMinute: 1 } } }));
  expect((await ask(router)).status).toBe(200);
  expectError(await ask(router), 429, 'RATE_LIMITED');
  expect((await ask(router, { ...question, model: 'gpt-4o-mini' })).status).toBe(200);
});

test('a user who nears the budget gets one alert', async () => {
  const { url } = await startScriptedProvider({ usage: { prompt_tokens: 500, completion_tokens: 20 } });
  const router = await platform.start({
    TOGETHER_BASE_URL: url,
    ...limits({ budgetPerDay: 0.004, budgetPerMonth: 100 }),
  });
  const statuses = [];
  for (let call = 0; call < 12; call += 1) statuses.push((await ask(router)).status);
  expect(new Set(statuses)).toEqual(new Set([200, 402]));
  const alerts = await eventually(async () => {
    const { body } = await router.request('/api/user/alerts', { as: platform.user });
    expect(body.data.alerts).not.toEqual([]);
    return body.data.alerts;
  });
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toMatchObject({
    type: 'COST_THRESHOLD',
    level: 'warning',
    period: 'day',
    threshold: 0.0032,
  });
});

test.each([
  ['priority', 'priority', 4_250],
  ['auto', 'priority', 4_250],
  ['priority', 'default', 2_500],
  ['flex', 'flex', 1_250],
  [undefined, 'default', 2_500],
])(
  'a request for tier %s that was answered in tier %s costs the price of the latter',
  async (asked, answered, nanosOfThousand) => {
    const usage = { prompt_tokens: 1_000, completion_tokens: 0 };
    const openai = await startScriptedProvider({ usage, tier: answered });
    const router = await platform.start({ OPENAI_BASE_URL: openai.url, OPENAI_FALLBACK_MODEL: 'gpt-4o' });
    const body = { model: 'gpt-4o', messages: question.messages, service_tier: asked };
    const answer = await router.request('/v1/chat/completions', { method: 'POST', as: platform.user, body });
    expect(answer.status).toBe(200);
    expect(openai.requests).toMatchObject([{ service_tier: asked ?? 'default' }]);
    const [row] = await platform.booked(1);
    expect(row?.cost_nanos).toBe(String(nanosOfThousand * 1_000));
  },
);

test('a stream is booked at the price of the tier that its events name', async () => {
  const router = await platform.start();
  const stream = await askForStream(platform, router, {
    body: { model: 'gpt-4o-mini', service_tier: 'priority' },
  });
  await stream.text();
  const [row] = await platform.booked(1);
  expect(row?.completion_tokens).toBeGreaterThan(0);
  // $0.25 in and $1 out.
  expect(row?.cost_nanos).toBe(
    String((row?.prompt_tokens ?? 0) * 250 + (row?.completion_tokens ?? 0) * 1_000),
  );
});

test('a request with a higher price is reserved at that price, and refused if it is unknown', async () => {
  const openai = await startScriptedProvider();
  const router = await platform.start({
    OPENAI_BASE_URL: openai.url,
    OPENAI_FALLBACK_MODEL: 'gpt-4o',
    TOGETHER_API_KEY: undefined,
    TOGETHER_BASE_URL: undefined,
    ...limits({ budgetPerDay: 0.015 }),
  });
  const create = (fields: object) => {
    const body = { model: 'gpt-4o', messages: question.messages, max_tokens: 1_000, ...fields };
    return router.request('/v1/chat/completions', { method: 'POST', as: platform.user, body });
  };
  expect((await create({ service_tier: 'scale' })).status).toBe(400);
  expect((await create({ service_tier: 'priority' })).status).toBe(402);
  expect((await create({ modalities: ['text', 'audio'] })).body.error.param).toBe('modalities');
  const heard = {
    role: 'user',
    content: [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }],
  };
  expect((await create({ messages: [heard] })).body.error.param).toBe('messages');
  expect(openai.requests).toEqual([]);
  expect((await create({})).status).toBe(200);
});
