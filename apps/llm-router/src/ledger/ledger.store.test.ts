import { randomUUID } from 'node:crypto';
import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import { isRefusedData } from '@valuecanvas/postgres';
import { timeOfId } from '@valuecanvas/service-kit';
import { expect, test } from 'vitest';
import { createLedgerStore } from './ledger.store.ts';
import { booked } from './test-support/booked.ts';
import { useServers } from './test-support/servers-in-test.ts';

const servers = useServers();
const openStore = () => createLedgerStore(servers.connect());

async function rowsOf(userId: string): Promise<Record<string, unknown>[]> {
  return servers.database.query('select * from llm_usage where user_id = $1 order by id', [userId]);
}

test('a row is stored with all known values of its call', async () => {
  const usage = booked({
    requestId: 'a "quoted", {braced} \\ request',
    jobId: randomUUID(),
    promptVersionId: randomUUID(),
    traceId: 'f'.repeat(32),
    status: 'timed_out',
    errorCode: 'timeout',
    cachedTokens: 4,
    cacheWriteTokens: 3,
    reasoningTokens: 2,
    costNanos: '9007199254740993',
    costEstimated: true,
    latencyMs: 12.6,
    cached: true,
    streamed: true,
  });
  await openStore().insert([usage]);
  expect(await rowsOf(usage.userId)).toEqual([
    {
      id: usage.id,
      created_at: timeOfId(usage.id),
      user_id: usage.userId,
      tier: 'free',
      request_id: usage.requestId,
      operation: 'llm.chat',
      job_id: usage.jobId,
      prompt_version_id: usage.promptVersionId,
      trace_id: usage.traceId,
      provider: 'together_ai',
      model: 'small',
      status: 'timed_out',
      error_code: 'timeout',
      prompt_tokens: 10,
      completion_tokens: 5,
      cached_tokens: 4,
      cache_write_tokens: 3,
      reasoning_tokens: 2,
      cost_nanos: '9007199254740993',
      cost_estimated: true,
      latency_ms: 13,
      cached: true,
      streamed: true,
    },
  ]);
});

test('unknown values of a call are null', async () => {
  const usage = booked();
  await openStore().insert([usage]);
  const empty = { job_id: null, prompt_version_id: null, trace_id: null, error_code: null };
  expect(await rowsOf(usage.userId)).toMatchObject([empty]);
});

test('repeated rows are stored once, in one batch or in two, and the first one remains', async () => {
  const store = openStore();
  const usage = booked({ costNanos: '5' });
  const again: LlmUsage = { ...usage, costNanos: '99' };
  const other = booked({ userId: usage.userId });
  await store.insert([usage, again]);
  await store.insert([again, other]);
  expect((await rowsOf(usage.userId)).map(({ cost_nanos }) => cost_nanos).sort()).toEqual(['5', '7']);
});

test('a row that PostgreSQL cannot store is refused permanently, with its batch', async () => {
  const usage = booked();
  const impossible = booked({ userId: usage.userId, requestId: 'nul \u0000' });
  const refusal = await openStore()
    .insert([usage, impossible])
    .catch((error: unknown) => error);
  expect(isRefusedData(refusal)).toBe(true);
  expect(await rowsOf(usage.userId)).toEqual([]);
});

test('expired months are dropped and returned by name, and the others remain', async () => {
  const store = openStore();
  await servers.database.query(`create table vc_private.llm_usage_2001_01 (like llm_usage including all)`);
  await servers.database.query(
    `alter table llm_usage attach partition vc_private.llm_usage_2001_01 for values from ('2001-01-01Z') to ('2001-02-01Z')`,
  );
  const usage = booked();
  await store.insert([usage]);
  expect(await store.dropPartitions(12)).toEqual(['llm_usage_2001_01']);
  expect(await store.dropPartitions(1)).toEqual([]);
  expect(await rowsOf(usage.userId)).toHaveLength(1);
});
