import { eventually, type TestService } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { llama, usePlatform } from './support/platform.ts';
import { startScriptedProvider } from './support/scripted-provider.ts';
import { askForStream, chunksOf } from './support/streams.ts';

const platform = usePlatform();
const cached = { LLM_CACHE_ENABLED: 'true' };
const question = { model: llama, messages: [{ role: 'user', content: 'How can a bakery win commuters?' }] };

const ask = (router: TestService, headers: Record<string, string> = {}, body: object = question) =>
  router.request('/v1/chat/completions', { method: 'POST', as: platform.user, body, headers });

const outcome = ({ headers }: { readonly headers: Headers }) => headers.get('x-llm-cached');

test('an identical request is answered from the cache for free, and booked as a hit', async () => {
  const router = await platform.start(cached);
  const first = await ask(router);
  const second = await ask(router);
  expect([outcome(first), outcome(second)]).toEqual(['miss', 'hit']);
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('age')).toMatch(/^\d+$/);
  expect([second.headers.get('x-llm-provider'), second.headers.get('x-llm-cost')]).toEqual(['cache', '0']);
  expect(platform.together.calls().calls).toBe(1);
  const rows = await platform.booked(2);
  expect(rows[1]).toMatchObject({ provider: 'cache', cached: true, cost_nanos: '0', status: 'succeeded' });
});

test('the chat route reports a cached answer', async () => {
  const router = await platform.start(cached);
  await platform.chat(router, { prompt: 'Why?' });
  const { body } = await platform.chat(router, { prompt: 'Why?' });
  expect(body.data).toMatchObject({
    provider: 'cache',
    cached: true,
    cost: 0,
    content: expect.stringMatching(/./),
  });
  expect((await router.request('/api/llm/stats', { as: platform.user })).body.data.cache).toEqual({
    hits: 1,
    misses: 1,
    hitRate: 0.5,
  });
});

test.each([
  ['the temperature', { temperature: 0.3 }],
  ['the model', { model: 'meta-llama/Llama-3-8b-chat-hf' }],
  ['the limit of tokens', { max_tokens: 7 }],
  ['a field that we do not know', { top_k: 3 }],
  ['the conversation', { messages: [{ role: 'user', content: 'And a florist?' }] }],
])('%s is part of the cache key', async (_, difference) => {
  const router = await platform.start(cached);
  await ask(router);
  expect(outcome(await ask(router, {}, { ...question, ...difference }))).toBe('miss');
});

test('a stream is stored and replayed, event by event', async () => {
  const router = await platform.start(cached);
  const first = await (await askForStream(platform, router)).text();
  const again = await askForStream(platform, router);
  expect(outcome(again)).toBe('hit');
  expect(await again.text()).toBe(first);
  expect(platform.together.calls().calls).toBe(1);
});

test('a broken stream is not stored', async () => {
  platform.together.behave({ rules: [{ fault: 'cut', afterChunks: 4, count: 1 }] });
  const router = await platform.start(cached);
  await (await askForStream(platform, router)).text();
  const again = await askForStream(platform, router);
  expect(outcome(again)).toBe('miss');
  expect(chunksOf(await again.text()).at(-1)).toBe('[DONE]');
});

test('no-store neither reads nor writes, no-cache and max-age=0 write only', async () => {
  const router = await platform.start(cached);
  expect(outcome(await ask(router, { 'cache-control': 'no-store' }))).toBe('bypass');
  expect(outcome(await ask(router))).toBe('miss');
  expect(outcome(await ask(router, { 'cache-control': 'no-cache' }))).toBe('bypass');
  expect(outcome(await ask(router, { 'cache-control': 'Max-Age=0' }))).toBe('bypass');
  expect(outcome(await ask(router, { 'cache-control': 'max-age=60' }))).toBe('hit');
  expect(outcome(await ask(router, { 'cache-control': 'no-store' }))).toBe('bypass');
  expect(outcome(await ask(router))).toBe('hit');
  expect(platform.together.calls().calls).toBe(5);
});

test.each([
  ['the cache', false],
  ['a separate cache', true],
])('no-cache removes the answer from %s, even if no other answer comes', async (_, separate) => {
  const router = await platform.start({
    ...cached,
    ...(separate ? { REDIS_CACHE_URL: `${platform.redis.url}/1` } : {}),
  });
  await ask(router);
  expect(outcome(await ask(router))).toBe('hit');
  platform.together.behave({ rules: [{ fault: '400', count: 1 }] });
  expect((await ask(router, { 'cache-control': 'no-cache' })).status).toBe(400);
  expect(outcome(await ask(router))).toBe('miss');
});

test('another user does not get the answer, unless the cache is shared', async () => {
  const other = await platform.database.createUser({ tier: 'pro' });
  const asOther = (router: TestService) =>
    router.request('/v1/chat/completions', { method: 'POST', as: other, body: question });
  const own = await platform.start(cached);
  await ask(own);
  expect(outcome(await asOther(own))).toBe('miss');
  const shared = await platform.start({ ...cached, LLM_CACHE_SCOPE: 'shared' });
  await ask(shared);
  expect(outcome(await asOther(shared))).toBe('hit');
});

test('an answer is stored for the configured time', async () => {
  const router = await platform.start({ ...cached, LLM_CACHE_TTL: '1' });
  await ask(router);
  await eventually(async () => expect(outcome(await ask(router))).toBe('miss'), { everyMs: 200 });
});

test('with caching off nothing is stored', async () => {
  const router = await platform.start();
  expect([outcome(await ask(router)), outcome(await ask(router))]).toEqual(['bypass', 'bypass']);
});

test('a separate cache works as well', async () => {
  const separate = { ...cached, REDIS_CACHE_URL: `${platform.redis.url}/1` };
  const router = await platform.start(separate);
  expect([outcome(await ask(router)), outcome(await ask(router))]).toEqual(['miss', 'hit']);
});

test('twenty concurrent identical requests to two routers cost one provider call', async () => {
  platform.together.behave({ latencyMs: 300 });
  const { prefix } = platform.ownRedis();
  const routers = [
    await platform.start({ ...cached, REDIS_KEY_PREFIX: prefix }),
    await platform.start({ ...cached, REDIS_KEY_PREFIX: prefix }),
  ];
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => ask(routers[index % 2] as TestService)),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(platform.together.calls().calls).toBe(1);
  const rows = await platform.booked(20);
  expect(rows.filter(({ provider }) => provider === 'cache')).toHaveLength(19);
});

test('followers of a failing call make their own calls', async () => {
  platform.together.behave({ latencyMs: 200, rules: [{ fault: '400', count: 1 }] });
  const router = await platform.start(cached);
  const answers = await Promise.all([ask(router), ask(router), ask(router)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 400]);
  expect(platform.together.calls().calls).toBe(2);
});

test('an admin clears the cache, for one model or completely', async () => {
  const router = await platform.start(cached);
  const admin = await platform.database.createUser({ role: 'admin' });
  const clear = (query = '') =>
    router
      .request(`/api/llm/cache${query}`, { method: 'DELETE', as: admin })
      .then(({ body }) => body.data.removed);
  await ask(router);
  await ask(router, {}, { ...question, model: 'gpt-4o-mini' });
  expect(await clear('?model=gpt-4o-mini')).toBe(1);
  expect(outcome(await ask(router))).toBe('hit');
  expect(await clear()).toBe(1);
  expect(outcome(await ask(router))).toBe('miss');
});

/** Choices of whole answers that must not be shared. */
const incomplete: Readonly<Record<string, object>> = {
  'is cut off': { message: { content: 'Because' }, finish_reason: 'length' },
  'is filtered': { message: { content: 'Because' }, finish_reason: 'content_filter' },
  'is a refusal': { message: { content: null, refusal: 'No.' }, finish_reason: 'stop' },
  'is a refusal after text': { message: { content: 'Well.', refusal: 'No.' }, finish_reason: 'stop' },
  'is empty': { message: { content: '' }, finish_reason: 'stop' },
  'is white space': { message: { content: ' \n' }, finish_reason: 'stop' },
  'has reasoning only': { message: { content: '', reasoning_content: 'Hm.' }, finish_reason: 'stop' },
  'has no finish reason': { message: { content: 'Because' }, finish_reason: null },
  'has an unknown finish reason': { message: { content: 'Because' }, finish_reason: 'aborted' },
};

/** The events of a stream that ends like a whole answer. */
function eventsLike({
  message,
  finish_reason: reason,
}: {
  message?: object;
  finish_reason?: unknown;
}): string {
  const choices = [
    { index: 0, delta: { role: 'assistant', ...message }, finish_reason: null },
    { index: 0, delta: {}, finish_reason: reason },
  ];
  return `${choices.map((choice) => `data: ${JSON.stringify({ choices: [choice] })}\n\n`).join('')}data: [DONE]\n\n`;
}

test.each(Object.entries(incomplete))(
  'an answer that %s is not cached, whole or streamed',
  async (_, choice) => {
    const provider = await startScriptedProvider({ choices: [choice], events: eventsLike(choice) });
    const router = await platform.start({ ...cached, TOGETHER_BASE_URL: provider.url });
    expect([outcome(await ask(router)), outcome(await ask(router))]).toEqual(['miss', 'miss']);
    for (const _call of [1, 2]) {
      const stream = await askForStream(platform, router);
      expect(outcome(stream)).toBe('miss');
      await stream.text();
    }
    expect(provider.requests).toHaveLength(4);
  },
);

test.each(['stop', 'eos', 'tool_calls'])('a complete answer that ends with %s is cached', async (reason) => {
  const call = { id: 'c1', type: 'function', function: { name: 'answer', arguments: '{}' } };
  const message = reason === 'tool_calls' ? { content: null, tool_calls: [call] } : { content: 'Because.' };
  const choice = { message, finish_reason: reason };
  const provider = await startScriptedProvider({ choices: [choice], events: eventsLike(choice) });
  const router = await platform.start({ ...cached, TOGETHER_BASE_URL: provider.url });
  expect([outcome(await ask(router)), outcome(await ask(router))]).toEqual(['miss', 'hit']);
  await (await askForStream(platform, router)).text();
  expect(outcome(await askForStream(platform, router))).toBe('hit');
});

test('one incomplete choice of two keeps an answer from the cache', async () => {
  const complete = { message: { content: 'Because.' }, finish_reason: 'stop' };
  const provider = await startScriptedProvider({
    choices: [complete, { ...complete, finish_reason: 'length' }],
  });
  const router = await platform.start({ ...cached, TOGETHER_BASE_URL: provider.url });
  expect([outcome(await ask(router)), outcome(await ask(router))]).toEqual(['miss', 'miss']);
});

test('followers of a call with an incomplete answer make their own calls', async () => {
  platform.together.behave({ latencyMs: 200 });
  const router = await platform.start(cached);
  const short = { ...question, max_tokens: 2 };
  const answers = await Promise.all([1, 2, 3].map(() => ask(router, {}, short)));
  expect(answers.map(({ body }) => body.choices[0].finish_reason)).toEqual(['length', 'length', 'length']);
  expect(answers.map(outcome)).toEqual(['miss', 'miss', 'miss']);
  expect(platform.together.calls().calls).toBe(3);
});

test('an incomplete answer is still replayed for its idempotency key', async () => {
  const provider = await startScriptedProvider({
    choices: [{ message: { content: 'Because' }, finish_reason: 'length' }],
  });
  const router = await platform.start({ ...cached, TOGETHER_BASE_URL: provider.url });
  const key = { 'idempotency-key': 'incomplete-1' };
  const first = await ask(router, key);
  const again = await ask(router, key);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(provider.requests).toHaveLength(1);
});
