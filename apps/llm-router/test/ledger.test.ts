import { headers } from '@valuecanvas/contracts-core';
import { llmRouterContract, llmUsage } from '@valuecanvas/contracts-llm-router';
import { createKeys } from '@valuecanvas/redis';
import { callAs, eventually, startSeverableLink, type TestService } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { passTime } from './support/pass-time.ts';
import { expectError, llama, usePlatform } from './support/platform.ts';

const platform = usePlatform();

/** A router without its database, its journal, which no other router drains, and a way to restore the database. */
async function startWithoutPostgres(settings: Record<string, string> = {}) {
  const link = await startSeverableLink(platform.database.urlFor('llm-router'));
  const redis = platform.ownRedis();
  const environment = { ...settings, REDIS_KEY_PREFIX: redis.prefix };
  const router = await platform.start({ ...environment, DATABASE_URL: link.url });
  await link.cut();
  return { router, link, environment, stream: createKeys(redis.prefix)('journal', llmUsage.name) };
}

const waiting = (stream: string) => platform.redis.client.xlen(stream);

/** Number of dead letters. */
const laidAside = (stream: string) => platform.redis.client.xlen(`${stream}:dead`);

const drained = (stream: string) => eventually(async () => expect(await waiting(stream)).toBe(0));

/** The entries of a stream as text. */
async function factsIn(stream: string): Promise<string[]> {
  const entries = await platform.redis.client.xrange(stream, '-', '+');
  return entries.map(([, fields]) => String(fields[1]));
}

test('a call is booked with user, operation, model and cost', async () => {
  const router = await platform.start();
  const jobId = uuidv7();
  const promptVersionId = uuidv7();
  const call = callAs(platform.user, { operation: 'canvas.generate', jobId });
  const { usage, cost } = await router
    .client(llmRouterContract, 'canvas')
    .chat({ body: { prompt: 'Why?', promptVersionId } }, call);
  expect(await platform.booked(1)).toMatchObject([
    {
      request_id: call.requestId,
      operation: 'canvas.generate',
      job_id: jobId,
      prompt_version_id: promptVersionId,
      tier: 'pro',
      provider: 'together_ai',
      model: llama,
      status: 'succeeded',
      prompt_tokens: usage.promptTokens,
      completion_tokens: usage.completionTokens,
      cost_nanos: String(Math.round(cost * 1e9)),
      cost_estimated: false,
    },
  ]);
});

test('the provider’s cached tokens are booked as such', async () => {
  platform.together.behave({ cachedShare: 0.5 });
  const { body } = await platform.chat(await platform.start(), { prompt: 'Why? '.repeat(2_000) });
  expect(body.data.usage.cachedTokens).toBeGreaterThan(0);
  expect(await platform.booked(1)).toMatchObject([{ cached_tokens: body.data.usage.cachedTokens }]);
});

test('neither journal nor ledger contain prompt or answer', async () => {
  const { router, link, stream } = await startWithoutPostgres();
  const { body } = await platform.chat(router, { prompt: 'Where is the hidden treasure?' });
  expect((await factsIn(stream)).join()).not.toMatch(/treasure/);
  expect((await factsIn(stream)).join()).not.toContain(body.data.content);
  await link.mend();
  await platform.booked(1);
});

test('while Postgres is unavailable calls are served, and their rows arrive when it is back', async () => {
  const { router, link, stream } = await startWithoutPostgres();
  const answers = await Promise.all([platform.chat(router), platform.chat(router), platform.chat(router)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await waiting(stream)).toBe(3);
  expect((await fetch(`${router.internalUrl}/health/ready`)).status).toBe(200);
  await link.mend();
  const rows = await platform.booked(3);
  expect(new Set(rows.map((row) => row.request_id))).toEqual(
    new Set(answers.map((answer) => answer.headers.get(headers.requestId))),
  );
  await drained(stream);
  expect(await laidAside(stream)).toBe(0);
});

test('a router restarted with a full journal books each row once', async () => {
  const { router, stream, environment } = await startWithoutPostgres();
  await Promise.all([platform.chat(router), platform.chat(router)]);
  const facts = await factsIn(stream);
  await router.stop();
  await passTime(platform.redis.client, stream);
  await platform.start(environment);
  await platform.booked(2);
  await drained(stream);
  // Simulates a crash after storing and before acknowledging.
  for (const fact of facts) await platform.redis.client.xadd(stream, '*', 'fact', fact);
  await drained(stream);
  await platform.booked(2);
  expect(await laidAside(stream)).toBe(0);
});

test('when the journal is full, calls are refused', async () => {
  const { router, stream } = await startWithoutPostgres({ JOURNAL_MAX_LENGTH: '100' });
  await platform.chat(router);
  const [fact = ''] = await factsIn(stream);
  for (let filled = 1; filled < 100; filled += 1) await platform.redis.client.xadd(stream, '*', 'fact', fact);
  const answer = await platform.chat(router);
  expectError(answer, 503, 'OVERLOADED');
  expect(answer.body.retryAfter).toBeGreaterThan(0);
  expect(platform.together.calls().calls).toBe(1);
});

async function hangingCall(router: TestService, signal?: AbortSignal): Promise<Response> {
  return fetch(`${router.url}/api/llm/chat`, {
    method: 'POST',
    ...(signal ? { signal } : {}),
    headers: {
      'content-type': 'application/json',
      [headers.identity]: await platform.identities.signer('gateway')('llm-router', platform.user),
      ...(signal ? {} : { [headers.deadline]: '150' }),
    },
    body: JSON.stringify({ prompt: 'Why?' }),
  });
}

test('a client disconnect stops the provider, and the call is booked as cancelled', async () => {
  platform.together.behave({ rules: [{ fault: 'hang' }] });
  const router = await platform.start();
  const caller = new AbortController();
  const call = hangingCall(router, caller.signal);
  await eventually(() => expect(platform.together.calls().open).toBe(1));
  caller.abort();
  await expect(call).rejects.toThrow();
  expect(await platform.booked(1)).toMatchObject([
    { provider: 'together_ai', status: 'cancelled', error_code: 'cancelled', cost_estimated: true },
  ]);
  await eventually(() => expect(platform.together.calls()).toMatchObject({ open: 0, aborted: 1 }));
  expect(platform.openai.calls().calls).toBe(0);
});

test('a call ends with its caller’s deadline, which does not count against the provider', async () => {
  platform.together.behave({ rules: [{ fault: 'hang' }] });
  const router = await platform.start();
  const response = await hangingCall(router);
  expect(response.status).toBe(504);
  const body = (await response.json()) as { code: string; error: string };
  expect(body.code).toBe('DEADLINE_EXCEEDED');
  expect(body.error).toContain('timeout');
  expect(await platform.booked(1)).toMatchObject([{ status: 'cancelled' }]);
  expect(platform.openai.calls().calls).toBe(0);
  expect(await platform.stats(router)).toMatchObject({ together_ai: { failures: 0 } });
});
