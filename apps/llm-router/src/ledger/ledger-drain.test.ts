import { randomUUID } from 'node:crypto';
import type { FactDefinition, FactOf } from '@valuecanvas/contracts-core';
import { type CostAlert, costAlert, llmUsage } from '@valuecanvas/contracts-llm-router';
import { drainIntoTable } from '@valuecanvas/journal';
import { createMetrics } from '@valuecanvas/service-kit';
import { eventually, startSeverableLink } from '@valuecanvas/testing';
import { expect, onTestFinished, test } from 'vitest';
import { createCostAlertsStore } from '../spending/cost-alerts.store.ts';
import { createLedgerStore } from './ledger.store.ts';
import { booked } from './test-support/booked.ts';
import { type OwnJournal, useServers } from './test-support/servers-in-test.ts';

const servers = useServers();

function drain<F extends FactDefinition>(
  fact: F,
  { keys }: OwnJournal,
  insert: (facts: readonly FactOf<F>[]) => Promise<void>,
): void {
  const redis = servers.connectRedis(servers.redis.url, 'waiting');
  const kit = {
    log: { warn: () => undefined, error: () => undefined },
    lifecycle: {
      onStop: (_phase: 'drain', _name: string, stop: () => Promise<void>) => onTestFinished(stop),
    },
    metrics: createMetrics('llm-router', 'test'),
  };
  drainIntoTable(kit, { redis, keys, waiting: () => redis }, fact, insert);
}

function alertOf(fields: Partial<CostAlert> = {}): CostAlert {
  const userId = fields.scope === 'platform' ? undefined : randomUUID();
  const alert = {
    scope: 'user' as const,
    ...(userId === undefined ? {} : { userId }),
    period: 'day' as const,
    periodStart: '2026-11-25T00:00:00.000Z',
    level: 'warning' as const,
    thresholdNanos: '400000000',
    actualNanos: '410000000',
    createdAt: '2026-11-25T10:00:00.000Z',
    ...fields,
  };
  const { scope, period, periodStart, level } = alert;
  return { id: [scope, alert.userId ?? '-', period, periodStart, level].join(':'), ...alert };
}

const alertsOf = (userId: string): Promise<Record<string, unknown>[]> =>
  servers.database.query('select * from cost_alerts where user_id = $1 order by level', [userId]);

test('booked calls leave the journal for the ledger, each of them once', async () => {
  const journal = servers.ownJournal();
  const [usage, other] = [booked(), booked()];
  await journal.record(llmUsage, usage, other, usage);
  drain(llmUsage, journal, createLedgerStore(servers.connect()).insert);
  await eventually(async () => expect(await journal.waiting(llmUsage)).toBe(0));
  const rows = await servers.database.query('select id from llm_usage where id = any($1)', [
    [usage.id, other.id],
  ]);
  expect(rows).toHaveLength(2);
});

test('a call from a month without a partition is booked, and its partition is created', async () => {
  const journal = servers.ownJournal();
  const now = new Date();
  const inMonths = (offset: number) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 15);
  const calls = [-20, -3, 0, 6].map((offset) => booked({ at: inMonths(offset) }));
  await journal.record(llmUsage, ...calls);
  drain(llmUsage, journal, createLedgerStore(servers.connect()).insert);
  await eventually(async () => expect(await journal.waiting(llmUsage)).toBe(0));
  expect(await journal.dead(llmUsage)).toBe(0);
  const rows = await servers.database.query('select id from llm_usage where id = any($1)', [
    calls.map(({ id }) => id),
  ]);
  expect(rows).toHaveLength(4);
});

test('a call waits while the partition of its month cannot be created', async () => {
  const journal = servers.ownJournal();
  const fourMonthsAgo = Date.now() - 120 * 86_400_000;
  const usage = booked({ at: fourMonthsAgo });
  const creation = 'execute on function vc_private.create_llm_usage_partitions_at(timestamptz[])';
  await servers.database.query(`revoke ${creation} from vc_llm_router`);
  await journal.record(llmUsage, usage);
  const failures: unknown[] = [];
  const store = createLedgerStore(servers.connect());
  drain(llmUsage, journal, (facts) =>
    store.insert(facts).catch((error: unknown) => {
      failures.push(error);
      throw error;
    }),
  );
  await eventually(async () => expect(failures.length).toBeGreaterThan(1));
  expect([await journal.waiting(llmUsage), await journal.dead(llmUsage)]).toEqual([1, 0]);
  await servers.database.query(`grant ${creation} to vc_llm_router`);
  await eventually(async () => expect(await journal.waiting(llmUsage)).toBe(0));
  expect(await servers.database.query('select from llm_usage where id = $1', [usage.id])).toHaveLength(1);
});

test('a call with an impossible time becomes a dead letter, and the others are booked', async () => {
  const journal = servers.ownJournal();
  const [early, usage] = [booked({ at: Date.UTC(2001, 0, 15) }), booked()];
  await journal.record(llmUsage, early, usage);
  drain(llmUsage, journal, createLedgerStore(servers.connect()).insert);
  await eventually(async () => expect(await journal.waiting(llmUsage)).toBe(0));
  expect(await journal.dead(llmUsage)).toBe(1);
  expect(await servers.database.query('select from llm_usage where id = $1', [usage.id])).toHaveLength(1);
});

test('while PostgreSQL is unavailable alerts wait, and none is lost or becomes a dead letter', async () => {
  const journal = servers.ownJournal();
  const link = await startSeverableLink(servers.database.urlFor('llm-router'));
  await link.cut();
  const alert = alertOf();
  await journal.record(costAlert, alert);
  drain(costAlert, journal, createCostAlertsStore(servers.connect(link.url), 'all').insert);
  await eventually(async () => {
    const [group] = (await servers.redis.client.xinfo(
      'GROUPS',
      journal.keys('journal', costAlert.name),
    )) as unknown[][];
    expect(group?.[5]).toBe(1);
  });
  await link.mend();
  await eventually(async () => expect(await journal.waiting(costAlert)).toBe(0));
  expect(await alertsOf(alert.userId ?? '')).toHaveLength(1);
  expect(await journal.dead(costAlert)).toBe(0);
});

test('an alert that is told twice is one row, whichever came first', async () => {
  const journal = servers.ownJournal();
  const alert = alertOf();
  await journal.record(costAlert, alert, { ...alert, actualNanos: '420000000' });
  drain(costAlert, journal, createCostAlertsStore(servers.connect(), 'all').insert);
  await eventually(async () => expect(await journal.waiting(costAlert)).toBe(0));
  await journal.record(costAlert, alert);
  await eventually(async () => expect(await journal.waiting(costAlert)).toBe(0));
  expect(await alertsOf(alert.userId ?? '')).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      scope: 'user',
      user_id: alert.userId,
      period: 'day',
      period_start: new Date('2026-11-25T00:00:00Z'),
      level: 'warning',
      threshold_nanos: '400000000',
      actual_nanos: '410000000',
      acknowledged: false,
      acknowledged_at: null,
      acknowledged_by: null,
      created_at: new Date('2026-11-25T10:00:00Z'),
    },
  ]);
});

test('both levels, other periods and the platform are alerts of their own', async () => {
  const journal = servers.ownJournal();
  const userId = randomUUID();
  const periodStart = '2025-01-01T00:00:00Z';
  const platform = alertOf({ scope: 'platform', periodStart });
  await journal.record(
    costAlert,
    alertOf({ userId }),
    alertOf({ userId, level: 'critical' }),
    alertOf({ userId, period: 'month' }),
    alertOf({ userId, periodStart }),
    platform,
    platform,
  );
  drain(costAlert, journal, createCostAlertsStore(servers.connect(), 'all').insert);
  await eventually(async () => expect(await journal.waiting(costAlert)).toBe(0));
  expect(await alertsOf(userId)).toHaveLength(4);
  const ofPlatform = `select user_id from cost_alerts where scope = 'platform' and period_start = $1`;
  expect(await servers.database.query(ofPlatform, [periodStart])).toEqual([{ user_id: null }]);
});

test('an alert that the table refuses becomes a dead letter, and holds up neither other alerts nor those of deleted users', async () => {
  const journal = servers.ownJournal();
  const user = await servers.database.createUser();
  await servers.database.query('delete from auth.users where id = $1', [user.userId]);
  const ofDeleted = alertOf({ userId: user.userId });
  await journal.record(
    costAlert,
    alertOf({ scope: 'platform', userId: user.userId }),
    alertOf({ thresholdNanos: '9'.repeat(30) }),
    ofDeleted,
  );
  await journal.recordText(costAlert, '{"id":"nonsense"}');
  const last = alertOf();
  await journal.record(costAlert, last);
  drain(costAlert, journal, createCostAlertsStore(servers.connect(), 'all').insert);
  await eventually(async () => expect(await journal.waiting(costAlert)).toBe(0));
  expect(await journal.dead(costAlert)).toBe(3);
  expect(await alertsOf(user.userId)).toHaveLength(1);
  expect(await alertsOf(last.userId ?? '')).toHaveLength(1);
});
