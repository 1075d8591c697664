import { costAlert } from '@valuecanvas/contracts-llm-router';
import { Value } from 'typebox/value';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { leaseMs } from './leases.ts';
import {
  type DeploymentInTest,
  noon,
  type ProcessInTest,
  useDeployments,
} from './test-support/deployment-in-test.ts';
import { type CallInTest, callInTest, dayBudget } from './test-support/rows-in-test.ts';
import type { Threshold } from './types.ts';

const { deploy } = useDeployments();

const userId = uuidv7();
const thresholds: readonly Threshold[] = [
  { scope: 'user', period: 'day', nanos: 80n, level: 'warning' },
  { scope: 'user', period: 'day', nanos: 100n, level: 'critical' },
  { scope: 'user', period: 'month', nanos: 95n, level: 'warning' },
];
const budgets = [dayBudget(200n), { scope: 'user', period: 'month', limitNanos: 200n } as const];
const call = (options: Partial<CallInTest['request']> = {}) =>
  callInTest({ admittedAt: noon, userId, thresholds, budgets, reservedNanos: 50n, ...options });

async function spend(
  { admission }: ProcessInTest,
  cost: bigint,
  options: Partial<CallInTest['request']> = {},
) {
  const { request, settlement } = call(options);
  expect(await admission.admit(request)).toMatchObject({ kind: 'admitted' });
  await admission.settle(settlement(cost));
}

const told = async (deployment: DeploymentInTest) =>
  ((await deployment.alerts()) as { id: string }[]).map(({ id }) => id.replace(userId, 'me'));

test('each threshold raises one alert per period when it is reached', async () => {
  const deployment = deploy();
  const process = deployment.process();
  await spend(process, 50n);
  await spend(process, 29n);
  expect(await told(deployment)).toEqual([]);
  await spend(process, 1n);
  const warning = 'user:me:day:2026-11-25T00:00:00.000Z:warning';
  expect(await told(deployment)).toEqual([warning]);
  await spend(process, 20n);
  const others = [
    'user:me:day:2026-11-25T00:00:00.000Z:critical',
    'user:me:month:2026-11-01T00:00:00.000Z:warning',
  ];
  expect(await told(deployment)).toEqual([warning, ...others]);
  await spend(process, 20n);
  expect(await told(deployment)).toHaveLength(3);
});

test('an alert has the user, threshold and amount of its contract', async () => {
  const deployment = deploy();
  const hour: Threshold = { scope: 'platform', period: 'hour', nanos: 10n, level: 'critical' };
  const all: Threshold[] = [hour, { scope: 'user', period: 'day', nanos: 40n, level: 'warning' }];
  const platform = { scope: 'platform', period: 'hour', limitNanos: 1_000n } as const;
  await spend(deployment.process(), 41n, { thresholds: all, budgets: [...budgets, platform] });
  const alerts = await deployment.alerts();
  const amounts = { actualNanos: '41', createdAt: '2026-11-25T12:00:00.000Z' };
  expect(alerts).toEqual([
    {
      id: 'platform:-:hour:2026-11-25T12:00:00.000Z:critical',
      ...{ scope: 'platform', period: 'hour', periodStart: '2026-11-25T12:00:00.000Z', level: 'critical' },
      ...{ thresholdNanos: '10', ...amounts },
    },
    {
      id: `user:${userId}:day:2026-11-25T00:00:00.000Z:warning`,
      ...{ scope: 'user', userId, period: 'day', periodStart: '2026-11-25T00:00:00.000Z', level: 'warning' },
      ...{ thresholdNanos: '40', ...amounts },
    },
  ]);
  for (const alert of alerts) expect(Value.Check(costAlert.schema, alert)).toBe(true);
});

test('calls settled concurrently in two processes raise an alert once', async () => {
  const deployment = deploy();
  const processes = deployment.twoProcesses();
  const calls = Array.from({ length: 10 }, () => call({ reservedNanos: 9n }));
  await Promise.all(calls.map(({ request }, at) => processes(at).admission.admit(request)));
  await Promise.all(calls.map(({ settlement }, at) => processes(at).admission.settle(settlement(9n))));
  expect(await told(deployment)).toHaveLength(1);
});

test('the estimated cost of a lost call counts towards thresholds', async () => {
  const deployment = deploy();
  await deployment.process().admission.admit(call({ reservedNanos: 80n }).request);
  deployment.clock.advance(leaseMs);
  await deployment.process().admission.expireLeases();
  expect(await told(deployment)).toHaveLength(1);
});

test('a threshold that was passed while its counter was absent raises an alert with the next call', async () => {
  const deployment = deploy({ spent: async () => 90n });
  await spend(deployment.process(), 1n);
  expect(await told(deployment)).toEqual(['user:me:day:2026-11-25T00:00:00.000Z:warning']);
});

test('a new period raises its own alerts', async () => {
  const deployment = deploy();
  const process = deployment.process();
  const ofTheDay = thresholds.filter(({ period }) => period === 'day');
  for (const admittedAt of [noon, noon + 86_400_000]) {
    const { request, settlement } = callInTest({
      ...{ admittedAt, userId, thresholds: ofTheDay, reservedNanos: 80n },
      budgets: [dayBudget(100n)],
    });
    await process.admission.admit(request);
    await process.admission.settle(settlement(80n));
    deployment.clock.advance(86_400_000);
  }
  expect(await told(deployment)).toEqual([
    'user:me:day:2026-11-25T00:00:00.000Z:warning',
    'user:me:day:2026-11-26T00:00:00.000Z:warning',
  ]);
});
