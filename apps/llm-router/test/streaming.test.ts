import { eventually } from '@valuecanvas/testing';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { expectError, llama, usePlatform } from './support/platform.ts';
import { askForStream, chunksOf, eventsOf } from './support/streams.ts';

const platform = usePlatform();
const shortly = { LLM_TIMEOUT: '300', LLM_STALL_TIMEOUT: '300' };
const withUsage = { stream_options: { include_usage: true } };

const finished = async (response: Response) => ({ response, text: await response.text() });

const contentOf = (chunks: readonly unknown[]) =>
  chunks.map((chunk) => (chunk as OpenAI.ChatCompletionChunk).choices?.[0]?.delta?.content ?? '').join('');

test('a stream is forwarded byte for byte', async () => {
  const router = await platform.start();
  const own = await fetch(`${platform.together.url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({
      model: llama,
      messages: [{ role: 'user', content: 'How can a bakery win commuters?' }],
      max_tokens: 4_096,
      stream: true,
      ...withUsage,
    }),
  });
  const { response, text } = await finished(await askForStream(platform, router, { body: withUsage }));
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(text).toBe(await own.text());
});

test('usage is always counted, but sent only on request', async () => {
  const router = await platform.start();
  const [shown, hidden] = await Promise.all([
    askForStream(platform, router, { body: withUsage }).then(finished),
    askForStream(platform, router).then(finished),
  ]);
  const usage = (chunksOf(shown.text).at(-2) as { usage: { prompt_tokens: number } }).usage;
  expect(usage.prompt_tokens).toBeGreaterThan(0);
  expect(chunksOf(hidden.text).some((chunk) => (chunk as { usage?: object }).usage)).toBe(false);
  expect(contentOf(chunksOf(hidden.text))).toBe(contentOf(chunksOf(shown.text)));
  const rows = await platform.booked(2);
  for (const row of rows)
    expect(row).toMatchObject({ prompt_tokens: usage.prompt_tokens, cost_estimated: false });
});

test('a stream’s row is booked before its end is sent', async () => {
  const redis = platform.ownRedis();
  const router = await platform.start({
    REDIS_KEY_PREFIX: redis.prefix,
    DATABASE_URL: 'postgresql://127.0.0.1:1/away',
  });
  const { text } = await finished(await askForStream(platform, router));
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  expect(await redis.client.xlen(`${redis.prefix}:journal:llm.usage`)).toBe(1);
});

test('the official client streams', async () => {
  const router = await platform.start();
  const client = new OpenAI({
    apiKey: 'checked by the gateway',
    baseURL: `${router.url}/v1`,
    maxRetries: 0,
    defaultHeaders: {
      'x-vc-identity': await platform.identities.signer('gateway')('llm-router', platform.user),
    },
  });
  const stream = await client.chat.completions.create({
    model: llama,
    messages: [{ role: 'user', content: 'How can a bakery win commuters?' }],
    stream: true,
    ...withUsage,
  });
  const chunks = await Array.fromAsync(stream);
  expect(contentOf(chunks)).toMatch(/bakery/i);
  expect(await platform.booked(1)).toMatchObject([
    {
      status: 'succeeded',
      completion_tokens: chunks.at(-1)?.usage?.completion_tokens,
    },
  ]);
});

test.each(['500', '429', 'hang', 'reset', 'wrong-content-type'] as const)(
  'an answer of %s before the first event leads to failover',
  async (fault) => {
    platform.together.behave({ rules: [{ fault }] });
    const router = await platform.start(shortly);
    const { response, text } = await finished(await askForStream(platform, router));
    expect([response.status, response.headers.get('x-llm-provider')]).toEqual([200, 'openai']);
    expect(chunksOf(text).at(-1)).toBe('[DONE]');
    expect(await platform.booked(2)).toMatchObject([{ provider: 'together_ai' }, { provider: 'openai' }]);
  },
);

test('if no provider starts a stream, the caller gets an error status', async () => {
  for (const provider of [platform.together, platform.openai]) provider.behave({ rules: [{ fault: '500' }] });
  const response = await askForStream(platform, await platform.start());
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ error: { error_code: 'LLM_UNAVAILABLE' } });
});

test.each([
  ['is cut', 'cut', 'LLM_UNAVAILABLE'],
  ['goes silent', 'stall', 'LLM_TIMEOUT'],
  ['ends without an end', 'silent-end', 'LLM_UNAVAILABLE'],
  ['becomes nonsense', 'malformed', 'LLM_BAD_RESPONSE'],
] as const)('a stream that %s in the middle ends with an error that says so', async (_, fault, code) => {
  platform.together.behave({ chunkIntervalMs: 10, rules: [{ fault, afterChunks: 4 }] });
  const router = await platform.start(shortly);
  const { text } = await finished(await askForStream(platform, router));
  const chunks = chunksOf(text);
  expect(contentOf(chunks)).not.toBe('');
  expect(chunks.at(-1)).toMatchObject({ error: { error_code: code, message: expect.any(String) } });
  expect(chunks).not.toContain('[DONE]');
  expect(platform.openai.calls().calls).toBe(0);
  const [row] = await platform.booked(1);
  expect(row).toMatchObject({ status: fault === 'stall' ? 'timed_out' : 'failed', cost_estimated: true });
  expect(Number(row?.cost_nanos)).toBeGreaterThan(0);
});

test('a stream that breaks off is an error for the official client', async () => {
  platform.together.behave({ rules: [{ fault: 'cut', afterChunks: 4 }] });
  const router = await platform.start();
  const client = new OpenAI({
    apiKey: 'checked by the gateway',
    baseURL: `${router.url}/v1`,
    maxRetries: 0,
    defaultHeaders: {
      'x-vc-identity': await platform.identities.signer('gateway')('llm-router', platform.user),
    },
  });
  const stream = await client.chat.completions.create({
    model: llama,
    messages: [{ role: 'user', content: 'How can a bakery win commuters?' }],
    stream: true,
  });
  await expect(Array.fromAsync(stream)).rejects.toBeInstanceOf(OpenAI.APIError);
});

/** Disconnects after the first bytes from a slow provider. */
async function hangUp(settings: Record<string, string>, headers: Record<string, string> = {}) {
  platform.together.behave({ chunkIntervalMs: 20 });
  const router = await platform.start(settings);
  const caller = new AbortController();
  const response = await askForStream(platform, router, { signal: caller.signal, headers });
  await response.body?.getReader().read();
  caller.abort();
  return router;
}

test('a client disconnect stops the provider, and the received part is charged', async () => {
  await hangUp({});
  await eventually(() => expect(platform.together.calls()).toMatchObject({ open: 0, aborted: 1 }));
  const [row] = await platform.booked(1);
  expect(row).toMatchObject({ status: 'cancelled', cost_estimated: true });
  expect(Number(row?.cost_nanos)).toBeGreaterThan(0);
});

test('with LLM_ON_HANGUP=drain an answer is read to its end and charged exactly after a disconnect', async () => {
  await hangUp({ LLM_ON_HANGUP: 'drain' });
  expect(await platform.booked(1)).toMatchObject([{ status: 'succeeded', cost_estimated: false }]);
  expect(platform.together.calls()).toMatchObject({ aborted: 0 });
});

test('a stream with an idempotency key is read to its end, and replayed completely', async () => {
  const router = await hangUp({}, { 'idempotency-key': 'canvas-1' });
  expect(await platform.booked(1)).toMatchObject([{ status: 'succeeded' }]);
  const again = await eventually(async () => {
    const response = await askForStream(platform, router, { headers: { 'idempotency-key': 'canvas-1' } });
    expect(response.status).toBe(200);
    return finished(response);
  });
  expect(again.response.headers.get('idempotent-replayed')).toBe('true');
  expect(chunksOf(again.text).at(-1)).toBe('[DONE]');
  expect(platform.together.calls().calls).toBe(1);
});

test('the chat stream sends deltas, then the whole answer with its cost', async () => {
  const router = await platform.start();
  const request = { path: '/api/llm/chat', body: { model: undefined, messages: undefined, prompt: 'Why?' } };
  const { text } = await finished(await askForStream(platform, router, request));
  const events = eventsOf(text);
  const deltas = events.filter(({ event }) => event === 'delta');
  const done = events.at(-1) as { event: string; data: { content: string; cost: number } };
  expect(done).toMatchObject({
    event: 'done',
    data: { provider: 'together_ai', model: llama, cached: false, finishReason: 'stop' },
  });
  expect(deltas.map(({ data }) => (data as { content: string }).content).join('')).toBe(done.data.content);
  const [row] = await platform.booked(1);
  expect(Number(row?.cost_nanos)).toBe(Math.round(done.data.cost * 1e9));
});

test('a chat stream that breaks off ends with an error event', async () => {
  platform.together.behave({ rules: [{ fault: 'cut', afterChunks: 4 }] });
  const request = { path: '/api/llm/chat', body: { model: undefined, messages: undefined, prompt: 'Why?' } };
  const { text } = await finished(await askForStream(platform, await platform.start(), request));
  expect(eventsOf(text).at(-1)).toMatchObject({
    event: 'error',
    data: { success: false, code: 'LLM_UNAVAILABLE', requestId: expect.any(String) },
  });
});

test('a stream is refused like any other request', async () => {
  const router = await platform.start({ LLM_TIERS: '{"pro":{"requestsPerHour":1}}' });
  await finished(await askForStream(platform, router));
  const refused = await askForStream(platform, router);
  expect(refused.status).toBe(429);
  expectError(await platform.chat(router), 429, 'RATE_LIMITED');
});
