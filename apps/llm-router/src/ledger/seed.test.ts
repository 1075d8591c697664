import { randomUUID } from 'node:crypto';
import { llmUsage } from '@valuecanvas/contracts-llm-router';
import { startSeverableLink } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import type { SpentCounter } from '../admission/counters.ts';
import { createLedgerStore } from './ledger.store.ts';
import { createSpentSource } from './seed.ts';
import { booked } from './test-support/booked.ts';
import { useServers } from './test-support/servers-in-test.ts';

const servers = useServers();
const unavailable = { code: 'DEPENDENCY_UNAVAILABLE' };

const now = Date.now();

/** A period that starts at the given time and includes the present. */
const since = (startsAt: number, userId?: string): SpentCounter => ({
  scope: userId === undefined ? 'platform' : 'user',
  period: 'day',
  userId,
  startsAt,
  endsAt: now + 86_400_000,
});

const today = (userId?: string) => since(now - 60_000, userId);

function seedInTest() {
  const store = createLedgerStore(servers.connect());
  const journal = servers.ownJournal();
  const spentIn = createSpentSource({ redis: servers.connectRedis(), keys: journal.keys, store });
  return { store, journal, spentIn };
}

test('a user without calls has spent zero', async () => {
  const { spentIn } = seedInTest();
  expect(await spentIn(today(randomUUID()))).toBe(0n);
});

test('stored and journaled rows are added up exactly, beyond the range of a double', async () => {
  const { store, journal, spentIn } = seedInTest();
  const userId = randomUUID();
  await store.insert([booked({ userId, costNanos: '9007199254740993' }), booked({ userId, costNanos: '1' })]);
  await journal.record(llmUsage, booked({ userId, costNanos: '30' }), booked({ userId, costNanos: '400' }));
  expect(await spentIn(today(userId))).toBe(9007199254741424n);
});

test('counters that are seeded at the same time share reads of the journal, and each has the costs of its user', async () => {
  const store = createLedgerStore(servers.connect());
  const journal = servers.ownJournal();
  let reads = 0;
  const redis = servers.connectRedis();
  const counting = new Proxy(redis, {
    get(target, name) {
      if (name === 'xrange') reads += 1;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const spentIn = createSpentSource({ redis: counting, keys: journal.keys, store });
  const userIds = Array.from({ length: 50 }, () => randomUUID());
  for (const [index, userId] of userIds.entries()) {
    await journal.record(llmUsage, booked({ userId, costNanos: String(index) }));
  }
  const sums = await Promise.all(userIds.map((userId) => spentIn(today(userId))));
  expect(sums).toEqual(userIds.map((_, index) => BigInt(index)));
  expect(reads).toBeLessThanOrEqual(2);
});

test('a row in ledger and journal counts once, with the ledger’s cost', async () => {
  const { store, journal, spentIn } = seedInTest();
  const usage = booked({ costNanos: '5' });
  await store.insert([usage]);
  await journal.record(llmUsage, { ...usage, costNanos: '99' }, usage);
  expect(await spentIn(today(usage.userId))).toBe(5n);
});

test('a row that is journaled twice counts once, with the cost that the ledger will store', async () => {
  const { journal, spentIn } = seedInTest();
  const usage = booked({ costNanos: '5' });
  await journal.record(llmUsage, usage, { ...usage, costNanos: '99' });
  expect(await spentIn(today(usage.userId))).toBe(5n);
});

test('only rows of the period count, from its first millisecond to its last', async () => {
  const { store, journal, spentIn } = seedInTest();
  const userId = randomUUID();
  const [startsAt, endsAt] = [now - 5_000, now - 2_000];
  const at = (time: number, costNanos: string) => booked({ userId, at: time, costNanos });
  await journal.record(llmUsage, at(startsAt - 1, '1'), at(startsAt, '20'));
  await journal.record(llmUsage, at(endsAt - 1, '300'), at(endsAt, '4000'));
  await store.insert([at(startsAt - 1, '50000'), at(startsAt, '600000')]);
  await store.insert([at(endsAt - 1, '7000000'), at(endsAt, '80000000')]);
  expect(await spentIn({ ...since(startsAt, userId), endsAt })).toBe(7_600_320n);
});

test('a user’s sum has only that user’s calls, the platform’s sum has all calls', async () => {
  const { store, journal, spentIn } = seedInTest();
  const from = now + 3_600_000;
  const [one, other] = [randomUUID(), randomUUID()];
  await store.insert([
    booked({ userId: one, at: from, costNanos: '1' }),
    booked({ userId: other, at: from, costNanos: '20' }),
  ]);
  await journal.record(
    llmUsage,
    booked({ userId: one, at: from, costNanos: '300' }),
    booked({ userId: other, at: from, costNanos: '4000' }),
  );
  expect(await spentIn(since(from, one))).toBe(301n);
  expect(await spentIn(since(from))).toBe(4321n);
});

test('an invalid entry does not prevent other rows from being counted', async () => {
  const { journal, spentIn } = seedInTest();
  const usage = booked();
  await journal.recordText(llmUsage, '{broken');
  await journal.record(llmUsage, usage);
  expect(await spentIn(today(usage.userId))).toBe(7n);
});

test('seeding fails while PostgreSQL is unavailable, and counts journaled rows when it is back', async () => {
  const { journal } = seedInTest();
  const link = await startSeverableLink(servers.database.urlFor('llm-router'));
  const store = createLedgerStore(servers.connect(link.url));
  const spentIn = createSpentSource({ redis: servers.connectRedis(), keys: journal.keys, store });
  const userId = randomUUID();
  const stored = booked({ userId, costNanos: '1' });
  await store.insert([stored]);
  await link.cut();
  await journal.record(llmUsage, booked({ userId, costNanos: '20' }));
  await expect(spentIn(today(userId))).rejects.toMatchObject(unavailable);
  await link.mend();
  expect(await spentIn(today(userId))).toBe(21n);
});

test('seeding fails while Redis is unavailable', async () => {
  const { store, journal } = seedInTest();
  const redis = servers.connectRedis('redis://127.0.0.1:1');
  const spentIn = createSpentSource({ redis, keys: journal.keys, store });
  await expect(spentIn(today())).rejects.toMatchObject(unavailable);
});

test('10,000 journaled rows are counted, and seeding fails with one more', async () => {
  const { journal, spentIn } = seedInTest();
  const userId = randomUUID();
  const stream = journal.keys('journal', llmUsage.name);
  const pipeline = servers.redis.client.pipeline();
  for (let index = 0; index < 10_000; index += 1) {
    pipeline.xadd(stream, '*', 'fact', JSON.stringify(booked({ userId, costNanos: '3' })));
  }
  await pipeline.exec();
  expect(await spentIn(today(userId))).toBe(30_000n);
  await journal.record(llmUsage, booked());
  await expect(spentIn(today(userId))).rejects.toMatchObject(unavailable);
}, 60_000);
