import type { UserPrincipal } from '@valuecanvas/contracts-core';
import { startSeverableLink, type TestService } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { beforeAll, expect, test } from 'vitest';
import { expectError, refusedUrl, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const dayMs = 86_400_000;
const now = Date.now();
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const startOfMonth = Date.parse(`${dayOf(now).slice(0, 7)}-01`);
const lastDayOfLastMonth = startOfMonth - 1;

let router: TestService;
beforeAll(async () => {
  router = await platform.start();
});

interface Spent {
  readonly at: number;
  readonly model: string;
  readonly nanos: bigint;
  readonly tokens?: readonly [prompt: number, completion: number];
}

async function spend(owner: UserPrincipal, ...calls: Spent[]): Promise<void> {
  for (const { at, model, nanos, tokens: [prompt, completion] = [1, 1] } of calls) {
    const id = uuidv7({ msecs: at });
    await platform.database.query(
      `insert into llm_usage (id, created_at, user_id, request_id, operation, provider, model, status, tier, latency_ms,
         cost_nanos, prompt_tokens, completion_tokens)
       values ($1, vc_private.uuid_v7_time($1), $2, 'request', 'llm.chat', 'together_ai', $3, 'succeeded', 'pro', 1, $4, $5, $6)`,
      [id, owner.userId, model, nanos.toString(), prompt, completion],
    );
  }
}

const report = (query = '', as = platform.user) => router.request(`/api/user/llm-usage${query}`, { as });

test('a user without calls gets zeros and the whole budget', async () => {
  const { status, body } = await report();
  expect(status).toBe(200);
  expect(body.data).toEqual({
    totalCost: 0,
    requestCount: 0,
    cachedCount: 0,
    tokenUsage: { prompt: 0, completion: 0, total: 0 },
    byModel: [],
    byDay: [],
    budget: { day: { limit: 10, spent: 0 }, month: { limit: 100, spent: 0 } },
  });
});

test('calls are added up exactly by model and day', async () => {
  await spend(
    platform.user,
    { at: now, model: 'small', nanos: 1n, tokens: [10, 1] },
    { at: now, model: 'large', nanos: 100_000_001n, tokens: [20, 2] },
    { at: now, model: 'large', nanos: 200_000_002n, tokens: [30, 3] },
    { at: lastDayOfLastMonth, model: 'small', nanos: 2n, tokens: [40, 4] },
  );
  const { body } = await report(`?startDate=${dayOf(lastDayOfLastMonth)}`);
  expect(body.data).toMatchObject({
    totalCost: 0.300000006,
    requestCount: 4,
    tokenUsage: { prompt: 100, completion: 10, total: 110 },
    byModel: [
      { model: 'large', requests: 2, cost: 0.300000003 },
      { model: 'small', requests: 2, cost: 0.000000003 },
    ],
    byDay: [
      { day: dayOf(lastDayOfLastMonth), requests: 1, cost: 0.000000002 },
      { day: dayOf(now), requests: 3, cost: 0.300000004 },
    ],
  });
});

test('the monthly budget counts from the first day, the daily one from midnight', async () => {
  await spend(
    platform.user,
    { at: lastDayOfLastMonth, model: 'm', nanos: 4_000_000_000n },
    { at: startOfMonth, model: 'm', nanos: 1_000_000_000n },
    { at: now, model: 'm', nanos: 500_000_000n },
  );
  const today = dayOf(now) === dayOf(startOfMonth) ? 1.5 : 0.5;
  expect((await report()).body.data.budget).toEqual({
    day: { limit: 10, spent: today },
    month: { limit: 100, spent: 1.5 },
  });
});

test.each([
  ['free', 0.5, 5],
  ['basic', 2, 20],
  ['pro', 10, 100],
  ['enterprise', 100, 1_000],
] as const)('the budget of a user of the tier %s is $%d a day and $%d a month', async (tier, day, month) => {
  const user = await platform.database.createUser({ tier });
  const { body } = await report('', user);
  expect(body.data.budget).toMatchObject({ day: { limit: day }, month: { limit: month } });
});

test('the first and last day are included, and nothing beyond them', async () => {
  const first = Date.parse(dayOf(lastDayOfLastMonth));
  await spend(
    platform.user,
    { at: first - 1, model: 'before', nanos: 1n },
    { at: first, model: 'first', nanos: 1n },
    { at: first + dayMs - 1, model: 'last', nanos: 1n },
    { at: first + dayMs, model: 'after', nanos: 1n },
  );
  const { body } = await report(`?startDate=${dayOf(first)}&endDate=${dayOf(first)}`);
  expect(body.data.byModel.map(({ model }: { model: string }) => model)).toEqual(['first', 'last']);
});

test('users cannot see other users’ spending', async () => {
  const other = await platform.database.createUser();
  await spend(other, { at: now, model: 'm', nanos: 7n });
  expect((await report()).body.data).toMatchObject({ totalCost: 0, requestCount: 0, byModel: [] });
});

test('an operator sees the spending of a user, with the budgets of the tier of that user', async () => {
  const operator = await platform.database.createUser({ role: 'operator' });
  await spend(platform.user, { at: now, model: 'm', nanos: 7n });
  await spend(operator, { at: now, model: 'other', nanos: 1n });
  const path = `/api/admin/costs/users/${platform.user.userId}`;
  const { status, body } = await router.request(`${path}?tier=basic`, { as: operator });
  expect(status).toBe(200);
  expect(body.data).toMatchObject({
    totalCost: 0.000000007,
    byModel: [{ model: 'm', requests: 1, cost: 0.000000007 }],
    budget: { day: { limit: 2, spent: 0.000000007 }, month: { limit: 20 } },
  });
  expectError(await router.request(path, { as: operator }), 400, 'VALIDATION_FAILED');
  expectError(await router.request(`${path}?tier=basic`, { as: platform.user }), 403, 'FORBIDDEN');
});

test.each([
  ['no date', '?startDate=yesterday'],
  ['no day of the calendar', '?endDate=2026-13-01'],
  ['an end before the start', '?startDate=2026-02-02&endDate=2026-02-01'],
  ['more than a year', '?startDate=2024-01-01&endDate=2026-01-01'],
])('the range %s is refused', async (_, query) => {
  const answer = await report(query);
  expectError(answer, 400, 'VALIDATION_FAILED');
  expect(answer.body.details).not.toEqual([]);
});

test('anonymous requests are refused', async () => {
  expectError(
    await router.request('/api/user/llm-usage', { as: { kind: 'anonymous' } }),
    401,
    'UNAUTHENTICATED',
  );
});

test('while Postgres is unavailable the report is DEPENDENCY_UNAVAILABLE', async () => {
  const link = await startSeverableLink(platform.database.urlFor('llm-router'));
  const cutOff = await platform.start({ DATABASE_URL: link.url, TOGETHER_BASE_URL: refusedUrl });
  await link.cut();
  expectError(
    await cutOff.request('/api/user/llm-usage', { as: platform.user }),
    503,
    'DEPENDENCY_UNAVAILABLE',
  );
});
