import { randomUUID } from 'node:crypto';
import { type AuditedCall, createAuditFacts } from '@valuecanvas/contracts-core';
import type { CostAlert } from '@valuecanvas/contracts-llm-router';
import { userPrincipal } from '@valuecanvas/testing';
import { beforeEach, expect, test } from 'vitest';
import type { LlmRouterConfig } from '../config.ts';
import { useServers } from '../ledger/test-support/servers-in-test.ts';
import { createCostAlertsService } from './cost-alerts.service.ts';
import { createCostAlertsStore } from './cost-alerts.store.ts';

const servers = useServers();

beforeEach(() => servers.database.query('truncate cost_alerts, vc_private.notifications cascade'));

function alertsInTest(userBudgets: LlmRouterConfig['USER_BUDGET_NOTIFICATIONS'] = 'all') {
  const store = createCostAlertsStore(servers.connect(), userBudgets);
  const now = () => Date.parse('2026-11-25T14:00:00Z');
  const alerts = createCostAlertsService({
    store,
    factOf: createAuditFacts({ newId: randomUUID, now }),
    now,
  });
  return { tell: store.insert, countUsers: store.countUsers, alerts };
}

const alertOf = (fields: Partial<CostAlert>): CostAlert => ({
  id: randomUUID(),
  scope: 'user',
  period: 'day',
  periodStart: '2026-11-25T00:00:00Z',
  level: 'warning',
  thresholdNanos: '400000000',
  actualNanos: '412345678',
  createdAt: '2026-11-25T10:00:00.000Z',
  ...fields,
});

const ofPlatform = (fields: Partial<CostAlert> = {}) => alertOf({ scope: 'platform', ...fields });

test('users near their budget are counted by level, in the current day and month only', async () => {
  const { tell, countUsers } = alertsInTest();
  const [first, second] = [await servers.database.createUser(), await servers.database.createUser()];
  const month = { period: 'month' as const, periodStart: '2026-11-01T00:00:00Z' };
  await tell([
    alertOf({ userId: first.userId }),
    alertOf({ userId: first.userId, level: 'critical' }),
    alertOf({ userId: second.userId }),
    alertOf({ userId: second.userId, periodStart: '2026-11-24T00:00:00Z' }),
    alertOf({ userId: second.userId, ...month, createdAt: '2026-11-02T10:00:00.000Z' }),
    ofPlatform(),
  ]);
  expect(await countUsers(new Date('2026-11-25T23:59:59.999Z'))).toEqual([
    { period: 'day', level: 'warning', users: 2 },
    { period: 'day', level: 'critical', users: 1 },
    { period: 'month', level: 'warning', users: 1 },
    { period: 'month', level: 'critical', users: 0 },
  ]);
  expect((await countUsers(new Date('2026-12-01T00:00:00Z'))).map(({ users }) => users)).toEqual([
    0, 0, 0, 0,
  ]);
});

test('a user sees only the own alerts, newest first', async () => {
  const { tell, alerts } = alertsInTest();
  const [user, other] = [await servers.database.createUser(), await servers.database.createUser()];
  await tell([
    alertOf({ userId: user.userId }),
    alertOf({
      userId: user.userId,
      level: 'critical',
      thresholdNanos: '500000000',
      actualNanos: '500000000',
      createdAt: '2026-11-25T11:00:00.000Z',
    }),
    alertOf({ userId: other.userId }),
    ofPlatform(),
  ]);
  const day = 'in the day 2026-11-25 (UTC)';
  expect(await alerts.ofUser(user)).toEqual({
    alerts: [
      {
        id: expect.any(String),
        type: 'COST_THRESHOLD',
        level: 'critical',
        period: 'day',
        threshold: 0.5,
        actual: 0.5,
        message: `You have used up your budget of $0.50: $0.50 spent ${day}.`,
        createdAt: '2026-11-25T11:00:00.000Z',
      },
      {
        id: expect.any(String),
        type: 'COST_THRESHOLD',
        level: 'warning',
        period: 'day',
        threshold: 0.4,
        actual: 0.412345678,
        message: `You are close to your budget: $0.412345678 spent ${day}; the warning threshold is $0.40.`,
        createdAt: '2026-11-25T10:00:00.000Z',
      },
    ],
  });
});

test('an admin sees only the platform’s alerts', async () => {
  const { tell, alerts } = alertsInTest();
  const hour = { period: 'hour', periodStart: '2026-11-25T13:00:00Z' } as const;
  const dollars = { thresholdNanos: '10000000000', actualNanos: '1234500000000' };
  await tell([
    ofPlatform({ ...hour, ...dollars }),
    ofPlatform({ period: 'month', periodStart: '2026-11-01T00:00:00Z', createdAt: '2026-11-24T00:00:00Z' }),
    alertOf({ userId: randomUUID() }),
  ]);
  const { alerts: shown } = await alerts.ofPlatform();
  expect(shown.map(({ message }) => message)).toEqual([
    'The platform has spent $1,234.50 in the hour 2026-11-25T13:00 (UTC), above the warning threshold of $10.00.',
    'The platform has spent $0.412345678 in the month 2026-11 (UTC), above the warning threshold of $0.40.',
  ]);
});

test('the latest 100 are shown', async () => {
  const { tell, alerts } = alertsInTest();
  const user = await servers.database.createUser();
  const days = Array.from({ length: 101 }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString());
  await tell(
    days.flatMap((day) => [
      alertOf({ userId: user.userId, periodStart: day, createdAt: day }),
      ofPlatform({ periodStart: day, createdAt: day }),
    ]),
  );
  const latest = days.slice(1).reverse();
  expect((await alerts.ofUser(user)).alerts.map(({ createdAt }) => createdAt)).toEqual(latest);
  expect((await alerts.ofPlatform()).alerts.map(({ createdAt }) => createdAt)).toEqual(latest);
});

const callOf = (principal = userPrincipal({ role: 'operator' })): AuditedCall => ({
  principal,
  requestId: 'r-1',
  operation: 'llm.acknowledgeAlert',
  header: () => undefined,
});

const auditOf = async (id: string) => {
  return await servers.database.query(
    'select actor_id, action, before, after from vc_private.audit_log where target_kind = $1 and subject = $2',
    ['alert', id],
  );
};

test('an alert is acknowledged and audited once, and the first acknowledgement stays', async () => {
  const { tell, alerts } = alertsInTest();
  await tell([ofPlatform()]);
  const [alert] = (await alerts.ofPlatform()).alerts;
  expect(alert).toMatchObject({ acknowledged: false });
  const id = alert?.id ?? '';
  const first = callOf();
  const racing = await Promise.all([alerts.acknowledge(id, first), alerts.acknowledge(id, first)]);
  const acknowledged = {
    ...alert,
    acknowledged: true,
    acknowledgedBy: first.principal.userId,
    acknowledgedAt: '2026-11-25T14:00:00.000Z',
  };
  expect(racing).toEqual([acknowledged, acknowledged]);
  expect(await alerts.acknowledge(id, callOf())).toEqual(acknowledged);
  expect((await alerts.ofPlatform()).alerts).toEqual([acknowledged]);
  expect(await auditOf(id)).toEqual([
    {
      actor_id: first.principal.userId,
      action: 'llm.acknowledgeAlert',
      before: { acknowledged: false },
      after: { acknowledged: true },
    },
  ]);
});

test('an alert of a user and an unknown alert are not found, and not acknowledged', async () => {
  const { tell, alerts } = alertsInTest();
  const user = await servers.database.createUser();
  await tell([alertOf({ userId: user.userId })]);
  const id = (await alerts.ofUser(user)).alerts[0]?.id ?? '';
  for (const unknown of [id, randomUUID()]) {
    await expect(alerts.acknowledge(unknown, callOf())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await auditOf(unknown)).toEqual([]);
  }
});

const notifications = () =>
  servers.database.query<{ title: string }>('select * from vc_private.notifications order by key');

test('operators are notified of an alert of the platform once', async () => {
  const { tell } = alertsInTest();
  const alert = ofPlatform({
    level: 'critical',
    thresholdNanos: '500000000000',
    actualNanos: '500100000000',
  });
  await tell([alert]);
  await tell([alert]);
  expect(await notifications()).toEqual([
    expect.objectContaining({
      kind: 'platform.cost-alert',
      severity: 'critical',
      title: 'Spending has reached the critical threshold of the day',
      message:
        'The platform has spent $500.10 in the day 2026-11-25 (UTC), above the critical threshold of $500.00.',
      details: expect.objectContaining({ period: 'day', threshold: 500, actual: 500.1 }),
      occurred_at: new Date(alert.createdAt),
      dispatched_at: null,
    }),
  ]);
});

test('operators are notified of budgets of users at 80 % and at 100 %, by ID', async () => {
  const { tell } = alertsInTest();
  const { userId } = await servers.database.createUser();
  const used = { level: 'critical', thresholdNanos: '500000000', actualNanos: '500000000' } as const;
  await tell([alertOf({ userId }), alertOf({ userId, ...used })]);
  await tell([alertOf({ userId })]);
  const day = 'in the day 2026-11-25 (UTC)';
  expect(await notifications()).toMatchObject([
    {
      kind: 'user.cost-alert',
      severity: 'warning',
      title: 'A user has used up the budget of the day',
      message: `User ${userId} has used up the budget of $0.50: $0.50 spent ${day}. Further calls are refused.`,
      details: { userId, period: 'day', threshold: 0.5, actual: 0.5 },
    },
    {
      kind: 'user.cost-alert',
      severity: 'info',
      title: 'A user is close to the budget of the day',
      message: `User ${userId} is close to the budget: $0.412345678 spent ${day}; the warning threshold is $0.40.`,
    },
  ]);
});

test.each([
  ['reached', ['A user has used up the budget of the day']],
  ['none', []],
] as const)(
  'with the setting %s, operators are notified of fewer budgets of users',
  async (setting, titles) => {
    const { tell } = alertsInTest(setting);
    const { userId } = await servers.database.createUser();
    await tell([alertOf({ userId }), alertOf({ userId, level: 'critical' })]);
    expect((await notifications()).map(({ title }) => title)).toEqual(titles);
  },
);
