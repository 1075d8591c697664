import { headers } from '@valuecanvas/contracts-core';
import { llmUsage } from '@valuecanvas/contracts-llm-router';
import { createKeys } from '@valuecanvas/redis';
import { eventually, startServiceProcess } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { passTime } from './support/pass-time.ts';
import { usePlatform } from './support/platform.ts';
import { settleTheDead } from './support/settle-the-dead.ts';

const platform = usePlatform();
const callers = 20;

interface Row {
  readonly request_id: string;
  readonly status: string;
  readonly error_code: string | null;
}

/** The ids of requests for which the provider was called. */
async function callsMade(): Promise<readonly string[]> {
  const response = await fetch(new URL('/__simulator/calls?last=10000', platform.together.url));
  const { recent } = (await response.json()) as { recent: readonly { readonly requestId: string }[] };
  return recent.map(({ requestId }) => requestId);
}

test('a router killed under load leaves one row per provider call, and nothing reserved', async () => {
  platform.together.behave({ latencyMs: 40 });
  const redis = platform.ownRedis();
  const settings = {
    REDIS_KEY_PREFIX: redis.prefix,
    OPENAI_API_KEY: undefined,
    OPENAI_BASE_URL: undefined,
    LLM_TIERS: '{"pro":{"requestsPerHour":100000,"budgetPerDay":1000}}',
  };
  const router = await startServiceProcess('llm-router', platform.processEnvironment(settings));
  const identity = await platform.identities.signer('gateway')('llm-router', platform.user);
  let answered = 0;
  const askUntilItDies = async (): Promise<void> => {
    for (;;) {
      const response = await fetch(`${router.url}/api/llm/chat`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [headers.identity]: identity,
          [headers.requestId]: uuidv7(),
        },
        body: JSON.stringify({ prompt: 'Why?', maxTokens: 20 }),
      });
      await response.text();
      answered += 1;
    }
  };
  const asking = Promise.allSettled(Array.from({ length: callers }, askUntilItDies));
  await eventually(() => expect(answered).toBeGreaterThan(200), { timeoutMs: 15_000 });
  await router.kill();
  await asking;

  const lost = await settleTheDead(platform.redis.client, redis.prefix);
  expect(lost).toBeGreaterThan(0);
  expect(lost).toBeLessThanOrEqual(callers);
  await passTime(platform.redis.client, createKeys(redis.prefix)('journal', llmUsage.name));
  await platform.start(settings);
  const made = await callsMade();
  const rows = await eventually(async () => {
    const found = await platform.database.query<Row>('select * from llm_usage where user_id = $1', [
      platform.user.userId,
    ]);
    const booked = new Set(found.map((row) => row.request_id));
    expect(made.filter((requestId) => !booked.has(requestId))).toEqual([]);
    return found;
  });
  expect(new Set(rows.map((row) => row.request_id)).size).toBe(rows.length);
  // A kill between admission and provider call leaves one surplus row, never a missing one.
  const beyond = rows.filter((row) => !made.includes(row.request_id));
  for (const row of beyond) expect(row).toMatchObject({ status: 'failed', error_code: 'process_died' });
  expect(rows.filter(({ error_code: code }) => code === 'process_died')).toHaveLength(lost);
  expect(await redis.client.keys(`${redis.prefix}:held:*`)).toEqual([]);
  expect(await redis.client.zcard(`${redis.prefix}:leases`)).toBe(0);
});
