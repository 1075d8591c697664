import { headers } from '@valuecanvas/contracts-core';
import { eventually, type TestService } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { expectError, llama, usePlatform } from './support/platform.ts';

const platform = usePlatform();
const key = { 'idempotency-key': 'order-17' };
const question = { model: llama, messages: [{ role: 'user', content: 'Why?' }] };

const ask = (router: TestService, body: object = question, headers: Record<string, string> = key) =>
  router.request('/v1/chat/completions', { method: 'POST', as: platform.user, body, headers });

test('the same request with the same key gets the stored answer, without another call or charge', async () => {
  const router = await platform.start();
  const first = await ask(router);
  const again = await ask(router);
  expect(again.body).toEqual(first.body);
  expect([first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')]).toEqual([
    null,
    'true',
  ]);
  expect(platform.together.calls().calls).toBe(1);
  await platform.booked(1);
});

test('the chat route replays the original cost and latency', async () => {
  const router = await platform.start();
  const first = await platform.chat(router, { prompt: 'Why?' }, { headers: key });
  const again = await platform.chat(router, { prompt: 'Why?' }, { headers: key });
  expect(again.body).toEqual(first.body);
});

test('a request for a stored answer gets it, or 404 without a call, whatever the cache has', async () => {
  const router = await platform.start({ LLM_CACHE_ENABLED: 'true' });
  const storedOnly = { [headers.storedAnswerOnly]: 'true' };
  const body = { prompt: 'Why?' };
  const asked = await platform.chat(router, body);
  for (const sent of [storedOnly, { ...storedOnly, ...key }])
    expectError(await platform.chat(router, body, { headers: sent }), 404, 'NOT_FOUND');
  const first = await platform.chat(router, body, { headers: key });
  expect(first.body.data.content).toBe(asked.body.data.content);
  const again = await platform.chat(router, body, { headers: { ...storedOnly, ...key } });
  expect(again.body.data).toEqual({ ...first.body.data, latency: expect.any(Number) });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(platform.together.calls().calls).toBe(1);
  await platform.booked(2);
});

test('a key belongs to one request', async () => {
  const router = await platform.start();
  await ask(router);
  const other = await ask(router, { ...question, temperature: 1 });
  expect(other).toMatchObject({ status: 422, body: { error: { error_code: 'IDEMPOTENCY_MISMATCH' } } });
  expect(other.headers.get('x-should-retry')).toBe('false');
  expectError(await platform.chat(router, { prompt: 'Why?' }, { headers: key }), 422, 'IDEMPOTENCY_MISMATCH');
});

test('a key belongs to one user', async () => {
  const router = await platform.start();
  await ask(router);
  const as = await platform.database.createUser();
  const theirs = await router.request('/v1/chat/completions', {
    method: 'POST',
    as,
    body: question,
    headers: key,
  });
  expect(theirs.headers.get('idempotent-replayed')).toBe(null);
});

test('while the first request runs, a second one is IDEMPOTENCY_IN_FLIGHT', async () => {
  platform.together.behave({ latencyMs: 300 });
  const router = await platform.start();
  const first = ask(router);
  await eventually(() => expect(platform.together.calls().open).toBe(1));
  const second = await ask(router);
  expect(second).toMatchObject({ status: 409, body: { error: { error_code: 'IDEMPOTENCY_IN_FLIGHT' } } });
  expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await first).status).toBe(200);
  expect((await ask(router)).headers.get('idempotent-replayed')).toBe('true');
});

test('a provider’s rejection of the request is final and replayed', async () => {
  platform.together.behave({ rules: [{ fault: '400', count: 1 }] });
  const router = await platform.start();
  const first = await ask(router);
  const again = await ask(router);
  expect([first.status, again.status]).toEqual([400, 400]);
  expect(again.body.error.message).toBe(first.body.error.message);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(platform.together.calls().calls).toBe(1);
});

test('an internal failure is not final: the same key may be used again', async () => {
  for (const provider of [platform.together, platform.openai])
    provider.behave({ rules: [{ fault: '500', count: 1 }] });
  const router = await platform.start();
  expect((await ask(router)).status).toBe(503);
  expect((await ask(router)).status).toBe(200);
});

test('an answer from the cache is stored under the key as well', async () => {
  const router = await platform.start({ LLM_CACHE_ENABLED: 'true' });
  await ask(router, question, {});
  const first = await ask(router);
  expect(first.headers.get('x-llm-cached')).toBe('hit');
  const again = await ask(router);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.body).toEqual(first.body);
});

test.each(['x'.repeat(256), 'with a blank and \u00e4'])('%j is not a valid key', async (bad) => {
  const router = await platform.start();
  const answer = await ask(router, question, { 'idempotency-key': bad });
  expect(answer.status).toBe(400);
  expect(platform.together.calls().calls).toBe(0);
});
