import { expect, test } from 'vitest';
import { expectError, llama, usePlatform } from './support/platform.ts';
import { startScriptedProvider } from './support/scripted-provider.ts';

const platform = usePlatform();

test('a prompt is answered by the first provider with the default model', async () => {
  const router = await platform.start();
  const { status, body } = await platform.chat(router, { prompt: 'How can a bakery win commuters?' });
  expect(status).toBe(200);
  expect(body).toEqual({
    success: true,
    data: {
      content: expect.stringMatching(/bakery/i),
      provider: 'together_ai',
      model: llama,
      usage: {
        promptTokens: expect.any(Number),
        completionTokens: expect.any(Number),
        totalTokens: body.data.usage.promptTokens + body.data.usage.completionTokens,
        cachedTokens: 0,
      },
      cost: expect.any(Number),
      costNanos: expect.any(Number),
      latency: expect.any(Number),
      cached: false,
      finishReason: 'stop',
    },
  });
  expect(platform.together.calls().promptTokens).toBe(body.data.usage.promptTokens);
  expect(platform.together.calls().completionTokens).toBe(body.data.usage.completionTokens);
});

test('a client that prefers an event stream gets one, and its key belongs to that form', async () => {
  const router = await platform.start();
  const send = (accept: string) =>
    platform.chat(router, { prompt: 'Why bread?' }, { headers: { accept, 'idempotency-key': 'bread-1' } });
  const { headers, body } = await send('text/event-stream');
  expect(headers.get('content-type')).toBe('text/event-stream');
  expect(body).toMatch(/^event: delta\n(?:.*\n)*event: done\n/);
  expectError(await send('application/json'), 422, 'IDEMPOTENCY_MISMATCH');
});

test('a conversation reaches the provider with its model, limit, temperature and response format', async () => {
  const provider = await startScriptedProvider();
  const router = await platform.start({ TOGETHER_BASE_URL: provider.url });
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Why?' },
  ];
  const schema = { type: 'object', properties: { reason: { type: 'string' } }, required: ['reason'] };
  const format = { type: 'json_schema', json_schema: { name: 'reason', schema, strict: true } };
  const { status } = await platform.chat(router, {
    messages,
    model: 'meta-llama/Llama-3-8b-chat-hf',
    maxTokens: 7,
    temperature: 0.2,
    responseFormat: format,
  });
  expect(status).toBe(200);
  expect(provider.requests).toEqual([
    {
      model: 'meta-llama/Llama-3-8b-chat-hf',
      messages,
      max_tokens: 7,
      temperature: 0.2,
      response_format: format,
    },
  ]);
});

test('an answer in a JSON schema is returned unchanged', async () => {
  const router = await platform.start();
  const { body } = await platform.chat(router, {
    prompt: 'Suggest names for a bakery.',
    responseFormat: {
      type: 'json_schema',
      json_schema: {
        name: 'names',
        schema: {
          type: 'object',
          properties: { names: { type: 'array', items: { type: 'string' }, minItems: 2 } },
          required: ['names'],
          additionalProperties: false,
        },
      },
    },
  });
  expect(JSON.parse(body.data.content).names.length).toBeGreaterThanOrEqual(2);
});

test.each([
  ['neither prompt nor messages', {}],
  ['both prompt and messages', { prompt: 'Why?', messages: [{ role: 'user', content: 'Why?' }] }],
  ['an unknown field', { prompt: 'Why?', maxtokens: 5 }],
  ['a temperature out of range', { prompt: 'Why?', temperature: 3 }],
  ['a model whose name no header can carry', { prompt: 'Why?', model: 'gpt-4o-mini\u00e9' }],
])('%s is refused before any provider call', async (_, body) => {
  const router = await platform.start();
  const answer = await platform.chat(router, body);
  if ('model' in body) expectError(answer, 404, 'MODEL_NOT_FOUND');
  else expectError(answer, 400, 'VALIDATION_FAILED');
  expect(answer.body.details).not.toEqual([]);
  expect(platform.together.calls().calls).toBe(0);
});

test('the refusal of an unknown model names the route that lists known ones', async () => {
  const router = await platform.start();
  const answer = await platform.chat(router, { prompt: 'Why?', model: 'no-such-model' });
  expectError(answer, 404, 'MODEL_NOT_FOUND');
  expect(answer.body.message).toContain('/v1/models');
  expect(answer.body.details).toEqual([
    { path: 'model', message: expect.any(String), code: 'model_not_found' },
  ]);
});

test('any provider serves the default model', async () => {
  const router = await platform.start({ TOGETHER_API_KEY: undefined });
  const { body } = await platform.chat(router);
  expect(body.data).toMatchObject({ provider: 'openai', model: 'gpt-4o-mini' });
});

test('a model that only the second provider has is requested there directly, which is not a fallback', async () => {
  const router = await platform.start();
  const { body } = await platform.chat(router, { prompt: 'Why?', model: 'gpt-4o-mini' });
  expect(body.data).toMatchObject({ provider: 'openai', model: 'gpt-4o-mini' });
  expect(await platform.stats(router)).toMatchObject({ openai: { calls: 1, fallbacks: 0 } });
  expect(platform.together.calls().calls).toBe(0);
});

test('without any provider the error is LLM_UNAVAILABLE', async () => {
  const router = await platform.start({
    TOGETHER_API_KEY: undefined,
    OPENAI_API_KEY: undefined,
    OPENAI_BASE_URL: undefined,
  });
  expectError(await platform.chat(router), 503, 'LLM_UNAVAILABLE');
});

test.each([
  // Together charges $0.90 per million tokens of this model, in and out.
  [llama, { prompt_tokens: 1_234, completion_tokens: 567 }, 0.0016209],
  [llama, { prompt_tokens: 1, completion_tokens: 0 }, 0.0000009],
  [llama, { prompt_tokens: 0, completion_tokens: 0 }, 0],
  // OpenAI charges $0.15 for uncached, $0.075 for cached and $0.60 for output tokens.
  ['gpt-4o-mini', { prompt_tokens: 1_000, completion_tokens: 100 }, 0.00021],
  [
    'gpt-4o-mini',
    { prompt_tokens: 1_001, completion_tokens: 33, prompt_tokens_details: { cached_tokens: 1_000 } },
    0.00009495,
  ],
  [
    'gpt-4o-mini',
    { prompt_tokens: 10, completion_tokens: 50, completion_tokens_details: { reasoning_tokens: 40 } },
    0.0000315,
  ],
])('%s costs its list price: %j', async (model, usage, dollars) => {
  const provider = await startScriptedProvider({ usage });
  const router = await platform.start({ TOGETHER_BASE_URL: provider.url, OPENAI_BASE_URL: provider.url });
  const { body } = await platform.chat(router, { prompt: 'Why?', model });
  expect(body.data.cost).toBe(dollars);
  const [row] = await platform.booked(1);
  expect(row?.cost_nanos).toBe(String(body.data.costNanos));
  expect(body.data.costNanos).toBe(Math.round(dollars * 1e9));
  expect(row?.cost_estimated).toBe(false);
});

test('a self-hosted server is free', async () => {
  const router = await platform.start({ TOGETHER_API_KEY: undefined, OPENAI_FALLBACK_MODEL: 'llama3.2' });
  const { body } = await platform.chat(router);
  expect(body.data).toMatchObject({ provider: 'openai', model: 'llama3.2', cost: 0 });
});

test('a call without reported usage is charged by an estimate, which the ledger marks', async () => {
  platform.together.behave({ rules: [{ fault: 'no-usage' }] });
  const { body } = await platform.chat(await platform.start());
  expect(body.data.usage.totalTokens).toBeGreaterThan(0);
  expect(body.data.cost).toBeGreaterThan(0);
  expect(await platform.booked(1)).toMatchObject([{ cost_estimated: true, status: 'succeeded' }]);
});

test.each([
  ['a fraction', { prompt_tokens: 1.5, completion_tokens: 2 }],
  ['a negative number', { prompt_tokens: -1, completion_tokens: 2 }],
  ['a text', { prompt_tokens: '7', completion_tokens: 2 }],
])('%s as a count of tokens is an estimate, not an error', async (_, usage) => {
  const provider = await startScriptedProvider({ usage });
  const router = await platform.start({ TOGETHER_BASE_URL: provider.url });
  expect((await platform.chat(router)).status).toBe(200);
  expect(await platform.booked(1)).toMatchObject([{ cost_estimated: true, status: 'succeeded' }]);
});
