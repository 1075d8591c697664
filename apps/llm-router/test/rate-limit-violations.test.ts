import { randomUUID } from 'node:crypto';
import { type RateLimitViolation, rateLimitViolation } from '@valuecanvas/contracts-llm-router';
import { streamOf } from '@valuecanvas/journal';
import { createKeys } from '@valuecanvas/redis';
import { eventually, type TestRedis } from '@valuecanvas/testing';
import { expect, onTestFinished, test } from 'vitest';
import { expectError, llama, usePlatform } from './support/platform.ts';

const platform = usePlatform();
const limits = (tier: object) => ({ LLM_TIERS: JSON.stringify({ pro: tier }) });
const question = { model: llama, messages: [{ role: 'user', content: 'Why?' }], maxTokens: 20 };

/** Waits for the given number of violations of the current user. */
const kept = (count: number) =>
  eventually(async () => {
    const rows = await platform.database.query<Record<string, unknown>>(
      'select * from rate_limit_violations where user_id = $1 order by rule',
      [platform.user.userId],
    );
    expect(rows).toHaveLength(count);
    return rows;
  });

const violation = (changes: Partial<RateLimitViolation> = {}): RateLimitViolation => ({
  id: randomUUID(),
  userId: platform.user.userId,
  operation: 'llm.chat',
  rule: 'requests_per_minute',
  limitValue: 600,
  windowMs: 60_000,
  at: new Date().toISOString(),
  ...changes,
});

const stream = ({ prefix }: TestRedis) => streamOf(createKeys(prefix), rateLimitViolation);

const record = (redis: TestRedis, fact: RateLimitViolation) =>
  redis.client.xadd(stream(redis), '*', 'fact', JSON.stringify(fact));

test('a refusal by a limit is recorded once per limit and window', async () => {
  const redis = platform.ownRedis();
  const router = await platform.start({
    REDIS_KEY_PREFIX: redis.prefix,
    ...limits({ requestsPerHour: 1, tokensPerMinute: 2_000 }),
  });
  expectError(await platform.chat(router, { ...question, maxTokens: 2_500 }), 429, 'RATE_LIMITED');
  expect((await platform.chat(router, question)).status).toBe(200);
  for (let again = 0; again < 5; again += 1) {
    expectError(await platform.chat(router, question), 429, 'RATE_LIMITED');
  }
  const [ofRequests, ofTokens] = await kept(2);
  expect(ofRequests).toMatchObject({
    rule: 'llm_requests_per_hour',
    operation: 'llm.chat',
    tier: 'pro',
    limit_value: '1',
    window_ms: '3600000',
    address: null,
  });
  expect(Date.now() - Number(ofRequests?.created_at)).toBeLessThan(60_000);
  expect(ofTokens).toMatchObject({ rule: 'llm_tokens_per_minute', limit_value: '2000', window_ms: '60000' });
  await eventually(async () => expect(await redis.client.xlen(stream(redis))).toBe(0));
});

test('a limit of one model is recorded with its name', async () => {
  const router = await platform.start(limits({ models: { [llama]: { requestsPerMinute: 1 } } }));
  await platform.chat(router, question);
  expectError(await platform.chat(router, question), 429, 'RATE_LIMITED');
  const [row] = await kept(1);
  expect(row?.rule).toBe(`llm_requests_per_minute:${llama}`);
});

test('an exhausted budget is not a violation', async () => {
  const redis = platform.ownRedis();
  const router = await platform.start({ REDIS_KEY_PREFIX: redis.prefix, ...limits({ budgetPerDay: 0 }) });
  expectError(await platform.chat(router, question), 402, 'BUDGET_EXCEEDED');
  await record(redis, violation());
  const [row] = await kept(1);
  expect(row?.rule).toBe('requests_per_minute');
});

test('repeated facts are stored once, and addresses unchanged', async () => {
  const redis = platform.ownRedis();
  await platform.start({ REDIS_KEY_PREFIX: redis.prefix });
  const twice = violation();
  const { userId: _, ...withoutUser } = violation({
    address: '2001:db8:1:1::/64',
    limitValue: 5_000_000_000,
  });
  for (const fact of [twice, twice, withoutUser]) await record(redis, fact);
  await kept(1);
  const [row] = await eventually(async () => {
    const rows = await platform.database.query('select * from rate_limit_violations where id = $1', [
      withoutUser.id,
    ]);
    expect(rows).toHaveLength(1);
    return rows;
  });
  expect(row).toMatchObject({ user_id: null, address: '2001:db8:1:1::/64', limit_value: '5000000000' });
});

test('a fact that cannot be stored becomes a dead letter, and later ones are stored', async () => {
  const redis = platform.ownRedis();
  await platform.start({ REDIS_KEY_PREFIX: redis.prefix });
  await record(redis, violation({ address: 'no address' }));
  await record(redis, violation());
  await kept(1);
  await eventually(async () => expect(await redis.client.xlen(`${stream(redis)}:dead`)).toBe(1));
});

test('violations wait while they cannot be stored, and do not block calls', async () => {
  const redis = platform.ownRedis();
  const router = await platform.start({
    REDIS_KEY_PREFIX: redis.prefix,
    JOURNAL_MAX_LENGTH: '100',
    ...limits({ requestsPerHour: 10 }),
  });
  await platform.database.query('revoke insert on rate_limit_violations from vc_llm_router');
  onTestFinished(async () => {
    await platform.database.query('grant insert on rate_limit_violations to vc_llm_router');
  });
  const flood = Array.from({ length: 600 }, () => violation());
  await Promise.all(flood.map((fact) => record(redis, fact)));
  expect((await platform.chat(router, question)).status).toBe(200);
  expect(await redis.client.xlen(stream(redis))).toBe(600);
  await platform.database.query('grant insert on rate_limit_violations to vc_llm_router');
  await kept(600);
});

test('expired violations are deleted after the start, and others are not', async () => {
  const redis = platform.ownRedis();
  const first = await platform.start({ REDIS_KEY_PREFIX: redis.prefix });
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  for (const days of [89, 91]) await record(redis, violation({ at: daysAgo(days), rule: `of_days:${days}` }));
  await kept(2);
  await first.stop();
  await platform.start({ REDIS_KEY_PREFIX: redis.prefix });
  const [row] = await kept(1);
  expect(row?.rule).toBe('of_days:89');
});
