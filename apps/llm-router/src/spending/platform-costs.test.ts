import { randomUUID } from 'node:crypto';
import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import { beforeEach, expect, test } from 'vitest';
import { createLedgerStore } from '../ledger/ledger.store.ts';
import { booked } from '../ledger/test-support/booked.ts';
import { useServers } from '../ledger/test-support/servers-in-test.ts';
import { createPlatformCostsService } from './platform-costs.service.ts';
import { createPlatformCostsStore } from './platform-costs.store.ts';
import { dayOf } from './report-days.ts';

const servers = useServers();
const dayMs = 86_400_000;
const now = Date.now();
const yesterday = now - dayMs;
const [ada, bob] = [randomUUID(), randomUUID()];

beforeEach(() => servers.database.query('truncate llm_usage'));

const costs = () => createPlatformCostsService(createPlatformCostsStore(servers.connect()), () => now);

const store = (...rows: (Partial<LlmUsage> & { at?: number })[]) =>
  createLedgerStore(servers.connect()).insert(rows.map((row) => booked({ at: now, ...row })));

test('without any calls all totals are zero', async () => {
  expect(await costs().report({})).toEqual({
    totalCost: 0,
    estimatedCost: 0,
    requestCount: 0,
    cachedCount: 0,
    tokenUsage: { prompt: 0, completion: 0, total: 0 },
    userCount: 0,
    byUser: [],
    byModel: [],
    byDay: [],
  });
});

test('calls of all users are added up exactly by user, model and day', async () => {
  await store(
    { userId: ada, model: 'large', costNanos: '100000001', promptTokens: 20, completionTokens: 2 },
    { userId: ada, model: 'large', costNanos: '200000002', costEstimated: true },
    { userId: ada, model: 'small', costNanos: '0', cached: true, promptTokens: 0, completionTokens: 0 },
    { userId: bob, model: 'small', costNanos: '3', at: yesterday },
  );
  expect(await costs().report({})).toEqual({
    totalCost: 0.300000006,
    estimatedCost: 0.200000002,
    requestCount: 4,
    cachedCount: 1,
    tokenUsage: { prompt: 40, completion: 12, total: 52 },
    userCount: 2,
    byUser: [
      { userId: ada, requests: 3, cost: 0.300000003 },
      { userId: bob, requests: 1, cost: 0.000000003 },
    ],
    byModel: [
      { model: 'large', requests: 2, cost: 0.300000003 },
      { model: 'small', requests: 2, cost: 0.000000003 },
    ],
    byDay: [
      {
        day: dayOf(yesterday),
        requests: 1,
        cost: 0.000000003,
        estimatedCost: 0,
        topModels: [{ model: 'small', cost: 0.000000003 }],
      },
      {
        day: dayOf(now),
        requests: 3,
        cost: 0.300000003,
        estimatedCost: 0.200000002,
        topModels: [
          { model: 'large', cost: 0.300000003 },
          { model: 'small', cost: 0 },
        ],
      },
    ],
  });
});

test('the days add up to the total, and each day names only the five models that cost most in the range', async () => {
  const models = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  await store(
    ...models.flatMap((model, index) => [
      { model, costNanos: String((index + 1) * 100_000_007) },
      { model, costNanos: '999999999', at: yesterday, costEstimated: index === 0 },
    ]),
  );
  const { byDay, totalCost, estimatedCost } = await costs().report({});
  const nanos = (dollars: number) => BigInt(Math.round(dollars * 1e9));
  const sum = (amounts: readonly number[]) => amounts.reduce((total, cost) => total + nanos(cost), 0n);
  expect(sum(byDay.map(({ cost }) => cost))).toBe(nanos(totalCost));
  expect(sum(byDay.map((day) => day.estimatedCost))).toBe(nanos(estimatedCost));
  expect(byDay.map((day) => day.topModels.map(({ model }) => model))).toEqual([
    ['g', 'f', 'e', 'd', 'c'],
    ['g', 'f', 'e', 'd', 'c'],
  ]);
  for (const day of byDay) {
    expect(nanos(day.cost)).toBeGreaterThan(sum(day.topModels.map(({ cost }) => cost)));
  }
});

test('the requested number of top users is listed, and all users are counted', async () => {
  await store(
    { userId: ada, costNanos: '1' },
    { userId: bob, costNanos: '30' },
    { costNanos: '20' },
    { costNanos: '2' },
  );
  const report = await costs().report({ users: 2 });
  expect(report.byUser.map(({ cost }) => cost)).toEqual([3e-8, 2e-8]);
  expect(report).toMatchObject({ userCount: 4, requestCount: 4, totalCost: 5.3e-8 });
});

test('the first and last day are included, and nothing beyond them', async () => {
  const midnight = Date.parse(dayOf(yesterday));
  await store(
    { at: midnight - 1, model: 'before' },
    { at: midnight, model: 'first' },
    { at: midnight + dayMs - 1, model: 'last' },
    { at: midnight + dayMs, model: 'after' },
  );
  const { byModel } = await costs().report({ startDate: dayOf(midnight), endDate: dayOf(midnight) });
  expect(byModel.map(({ model }) => model)).toEqual(['first', 'last']);
});

test('the views for operators show the same amounts as the report', async () => {
  await store(
    { userId: ada, model: 'large', costNanos: '123456789000000001', promptTokens: 20, completionTokens: 2 },
    { userId: ada, model: 'large', costNanos: '2', status: 'failed', errorCode: 'LLM_TIMEOUT' },
    { userId: ada, model: 'large', provider: 'cache', costNanos: '0', cached: true, at: now },
    { userId: bob, model: 'small', costNanos: '30', operation: 'canvas.generate', at: yesterday },
    { userId: bob, model: 'never paid for', costNanos: '0', cached: true, at: now },
    { userId: bob, costNanos: '5', at: now - 31 * dayMs },
  );
  const report = await costs().report({});
  const read = (sql: string) => servers.database.query<Record<string, unknown>>(sql);
  const figures = `requests::integer as requests, cost::float as cost`;
  expect(await read(`select user_id as "userId", ${figures} from reports.top_users`)).toEqual(report.byUser);
  const byDay = `select day::text as day, ${figures} from reports.daily_cost where day >= '${dayOf(yesterday)}' order by day`;
  expect(await read(byDay)).toEqual(report.byDay.map(({ day, requests, cost }) => ({ day, requests, cost })));
  for (const view of ['hourly_cost', 'daily_cost', 'daily_cost_by_user', 'daily_cost_by_operation'])
    expect(
      await read(`select sum(requests)::integer as requests, sum(cost)::float as cost from reports.${view}
        where ${view === 'hourly_cost' ? `hour >= now() - interval '30 days'` : `day >= '${dayOf(yesterday)}'`}`),
    ).toEqual([{ requests: report.requestCount, cost: report.totalCost }]);
  expect(await read(`select sum(cost)::text as cost from reports.monthly_cost`)).toEqual([
    { cost: '123456789.000000038' },
  ]);
  expect(
    await read(`select day::text, hit_rate::float, estimated_savings::text, unpriced::integer
      from reports.daily_cache_savings where day = '${dayOf(now)}'`),
  ).toEqual([{ day: dayOf(now), hit_rate: 0.6667, estimated_savings: '123456789.000000001', unpriced: 1 }]);
  expect(
    await read(`select endpoint, success, error_message, total_tokens, estimated_cost::text as cost
      from reports.llm_usage where not success`),
  ).toEqual([
    {
      endpoint: 'llm.chat',
      success: false,
      error_message: 'LLM_TIMEOUT',
      total_tokens: 15,
      cost: '0.000000002',
    },
  ]);
});

test.each([
  ['an end before the start', { startDate: '2026-02-02', endDate: '2026-02-01' }],
  ['more than a year', { startDate: '2024-01-01', endDate: '2026-01-01' }],
])('%s is refused', async (_, days) => {
  await expect(costs().report(days)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
});
