import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { llmUsage } from '@valuecanvas/contracts-llm-router';
import { startSimulator } from '@valuecanvas/llm-simulator';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { counterNamesAt } from '../../admission/counters.ts';
import { createLedgerStore } from '../ledger.store.ts';
import { booked } from '../test-support/booked.ts';
import { useServers } from '../test-support/servers-in-test.ts';
import { reconcile } from './reconcile.ts';
import { repairCounter } from './repair.ts';

const servers = useServers();
const now = Date.now();
const day = new Date(now).toISOString().slice(0, 10);
const userId = randomUUID();

beforeEach(() => servers.database.query('truncate llm_usage'));

/** A separate ledger, journal and counters, and the command that compares them. */
function ledgerInTest() {
  const journal = servers.ownJournal();
  const { client } = servers.redis;
  const environment = {
    DATABASE_URL: servers.database.urlFor('llm-router'),
    REDIS_URL: servers.redis.url,
    REDIS_KEY_PREFIX: journal.prefix,
  };
  const key = (name: string) => journal.keys('spent', name);
  return {
    journal,
    environment,
    store: createLedgerStore(servers.connect()).insert,
    run: (...args: string[]) => reconcile(args, environment, now),
    /** Adds a cost to the counters, as a settlement does. */
    async spend(name: string, nanos: bigint) {
      await client.incrby(key(name), nanos.toString());
      await client.pexpire(key(name), 600_000);
    },
    counter: async (name: string) => (await client.get(key(name))) ?? undefined,
    ttl: (name: string) => client.pttl(key(name)),
    hold: (owner: string) => client.hset(journal.keys('held', 'u', owner), 'total', '5'),
  };
}

const rowOf = (costNanos: string, more = {}) => booked({ userId, at: now, costNanos, ...more });

test('ledger, journal and counters agree, even if rows are still in the journal, some of them twice', async () => {
  const { store, journal, spend, run } = ledgerInTest();
  const [stored, waiting] = [rowOf('100'), rowOf('20')];
  await store([stored, rowOf('3', { provider: 'cache', cached: true })]);
  await journal.record(llmUsage, waiting, stored, { ...waiting, costNanos: '999' });
  for (const name of counterNamesAt(userId, now)) await spend(name, 123n);
  const { text, agrees } = await run();
  expect(text.split('\n')).toEqual(expect.arrayContaining(['No cost is estimated.', 'All agree.']));
  expect(text).toContain('5 counters of Redis compared');
  expect(text).toMatch(new RegExp(`^${day} +together_ai +waiting +counted +1 +10 +5 +\\$0\\.00000002$`, 'm'));
  expect(agrees).toBe(true);
});

test('a differing counter is reported with user, day and amount; matching and absent ones are not', async () => {
  const { store, spend, run } = ledgerInTest();
  await store([rowOf('100'), rowOf('50')]);
  await spend(`u:${userId}:${day}`, 151n);
  await spend(`u:${userId}:${day.slice(0, 7)}`, 150n);
  await spend(`u:${userId}:2001-01-01`, 9n);
  const { text, agrees } = await run();
  expect(agrees).toBe(false);
  expect(text.split('\n').slice(-2)).toEqual([
    '1 difference:',
    `- User ${userId}, day ${day}: the counter says $0.000000151, and 2 booked calls cost $0.00000015: $0.000000001 too much.`,
  ]);
});

test('a month’s counter is compared with the whole month, whichever day is selected', async () => {
  const { store, spend, run } = ledgerInTest();
  const month = day.slice(0, 7);
  const at = (text: string) => ({ at: Date.parse(`${month}-${text}Z`) });
  await store([
    rowOf('1', at('01T00:00:00')),
    rowOf('20', at('28T23:59:59')),
    rowOf('300', at('15T12:00:00')),
  ]);
  await spend(`u:${userId}:${month}`, 321n);
  expect(await run('--from', `${month}-15`, '--to', `${month}-15`)).toMatchObject({ agrees: true });
});

test('dead-letter calls and invalid entries are reported', async () => {
  const { journal, store, run } = ledgerInTest();
  const [lost, found] = [rowOf('7'), rowOf('8')];
  await store([found]);
  for (const row of [lost, found]) await journal.recordText(llmUsage, JSON.stringify(row), 'dead');
  await journal.recordText(llmUsage, '{broken', 'dead');
  const { text, agrees } = await run();
  expect(agrees).toBe(false);
  expect(text.split('\n').slice(-3)).toEqual([
    '2 differences:',
    `- 1 call of user ${userId} on ${day} (15 tokens, $0.000000007) is in the dead-letter stream and not in the ledger.`,
    '- 1 entry of the journal is not a valid row.',
  ]);
});

test('estimated costs are reported separately', async () => {
  const { store, run } = ledgerInTest();
  await store([rowOf('100'), rowOf('30', { costEstimated: true, status: 'timed_out' })]);
  expect((await run()).text).toContain('1 of 2 calls have an estimated cost, $0.00000003 of $0.00000013.');
});

test('a repair sets counters to the booked totals and keeps their expiry', async () => {
  const { store, spend, run, counter, ttl } = ledgerInTest();
  await store([rowOf('100')]);
  const names = [`u:${userId}:${day}`, `p:${day}`];
  for (const name of names) await spend(name, 1n);
  const { text, agrees } = await run('--repair');
  expect(text.match(/Repaired\./g)).toHaveLength(2);
  expect(agrees).toBe(true);
  expect(await Promise.all(names.map(counter))).toEqual(['100', '100']);
  for (const name of names) expect(await ttl(name)).toBeGreaterThan(0);
  expect(await run()).toMatchObject({ agrees: true });
});

test('nothing is repaired without --repair, or while a call of the user is in flight', async () => {
  const { store, spend, run, counter, hold } = ledgerInTest();
  await store([rowOf('100')]);
  const name = `u:${userId}:${day}`;
  await spend(name, 1n);
  expect(await run()).toMatchObject({ agrees: false });
  await hold(userId);
  const { text, agrees } = await run('--repair');
  expect(text).toMatch(/too little\. Not repaired: a call is in flight\.$/);
  expect(agrees).toBe(false);
  expect(await counter(name)).toBe('1');
});

test('a counter that has changed since the comparison is not repaired', async () => {
  const { spend, counter, journal } = ledgerInTest();
  const name = `p:${day}`;
  await spend(name, 6n);
  const counted = { name, before: 5n, after: 5n };
  const difference = { kind: 'counter', counter: counted, calls: 1, bookedNanos: 100n } as const;
  const source = { redis: servers.connectRedis(), keys: journal.keys };
  expect(await repairCounter(source, difference)).toBe('changed');
  expect(await counter(name)).toBe('6');
});

async function askedSimulator(...requestIds: string[]) {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.stop());
  for (const requestId of requestIds) {
    const body = JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'Why?' }] });
    const headers = { 'content-type': 'application/json', 'x-request-id': requestId };
    await fetch(`${simulator.url}/chat/completions`, { method: 'POST', headers, body });
  }
  const { promptTokens, completionTokens } = simulator.calls();
  return { url: simulator.url, promptTokens, completionTokens };
}

test('a provider’s counts agree with its bookings', async () => {
  const { store, run } = ledgerInTest();
  const { url, ...tokens } = await askedSimulator('one', 'two');
  await store([
    rowOf('1', { requestId: 'one', ...tokens }),
    rowOf('1', { requestId: 'two', promptTokens: 0, completionTokens: 0 }),
    rowOf('0', { provider: 'cache', cached: true }),
  ]);
  const { text, agrees } = await run('--provider-counts', `together_ai=${url}`);
  expect(text).toContain('together_ai counted 2 calls');
  expect(agrees).toBe(true);
  expect(await run('--provider-counts', url)).toMatchObject({ agrees: true });
});

test('a call that a provider has counted but that is not booked is reported with its tokens', async () => {
  const { store, run } = ledgerInTest();
  const { url, promptTokens, completionTokens } = await askedSimulator('one', 'lost');
  await store([
    rowOf('1', { requestId: 'one', promptTokens: promptTokens / 2, completionTokens: completionTokens / 2 }),
  ]);
  const { text, agrees } = await run('--provider-counts', url);
  expect(agrees).toBe(false);
  expect(text).toContain(
    'The providers together counted 2 calls, and 1 are booked: 1 call missing from the books. Requests: lost (1 counted, 0 booked).',
  );
  expect(text).toContain(`counted ${promptTokens} prompt tokens, and ${promptTokens / 2} are booked`);
});

test('the exit code is 0 if all agree, 1 if they differ, and 2 if they cannot be compared', async () => {
  const { environment, spend } = ledgerInTest();
  const path = fileURLToPath(new URL('../../commands/reconcile.ts', import.meta.url));
  const command = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    promisify(execFile)(process.execPath, [path, ...args], { env }).then(
      ({ stdout }) => [0, stdout],
      ({ code, stdout, stderr }) => [code, stdout + stderr],
    );
  expect(await command(environment)).toEqual([0, expect.stringContaining('All agree.')]);
  await spend(`p:${day}`, 1n);
  expect(await command(environment, '--from', day)).toEqual([1, expect.stringContaining('1 difference:')]);
  expect(await command(environment, '--frm', day)).toEqual([2, expect.stringMatching(/^Invalid arguments/)]);
}, 120_000);

test.each([
  [
    'PostgreSQL',
    { DATABASE_URL: 'postgres://127.0.0.1:1/none' },
    /^Nothing can be compared: postgres .*ECONNREFUSED/,
  ],
  ['Redis', { REDIS_URL: 'redis://127.0.0.1:1' }, /^Nothing can be compared: redis cannot be read/],
  ['the URL of the database', { DATABASE_URL: '' }, /^Set MIGRATION_DATABASE_URL/],
  ['the URL of Redis', { REDIS_URL: '' }, /^Set REDIS_URL/],
])('if %s is missing, one sentence says so', async (_, missing, message) => {
  const { environment } = ledgerInTest();
  await expect(reconcile([], { ...environment, ...missing }, now)).rejects.toThrow(message);
});

test('if a provider’s counts cannot be read, one sentence says so', async () => {
  const { run } = ledgerInTest();
  const simulator = await startSimulator();
  await simulator.stop();
  await expect(run('--provider-counts', simulator.url)).rejects.toThrow(
    /^Nothing can be compared: The counts at http:.* cannot be read: .*ECONNREFUSED/,
  );
});
