import { GenerateCanvasResult, sections } from '@valuecanvas/contracts-canvas';
import { AppError, type ErrorCode } from '@valuecanvas/contracts-core';
import Value from 'typebox/value';
import { expect, test } from 'vitest';
import { modelOfFlag } from './support/neighbours.ts';
import { aBakery, expectError, knownBlocks, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const canvasesOf = () =>
  platform.database.query('select * from canvases where user_id = $1', [platform.user.userId]);

test('a description produces a canvas, stored as revision 1 with all nine blocks', async () => {
  const { status, body } = await platform.generate();
  expect(status).toBe(200);
  expect([...Value.Errors(GenerateCanvasResult, body.data)]).toEqual([]);
  const { canvas, canvasId } = body.data;
  expect(canvas).toMatchObject({ id: canvasId, userId: platform.user.userId, revision: 1, ...aBakery });
  for (const section of sections) expect(canvas[section].length).toBeGreaterThan(0);
  expect(JSON.stringify(sections.map((section) => canvas[section]))).toMatch(/bakery/i);
  expect((await platform.request(`/api/canvas/${canvasId}`)).body.data).toEqual(canvas);
});

test('the result has model, tokens, cost and the prompt version', async () => {
  platform.neighbours.answer = () => ({
    content: JSON.stringify(knownBlocks),
    cost: 0.000000001,
    costNanos: 1,
  });
  const { body } = await platform.generate();
  expect(body.data).toMatchObject({
    provider: 'together_ai',
    model: 'a-model',
    usage: { promptTokens: 100, completionTokens: 50, totalTokens: 150, cachedTokens: 20 },
    cost: 0.000000001,
    costNanos: 1,
    latency: 12,
    cached: false,
    promptVersion: 1,
  });
});

test('the router is called with the active prompt, its parameters, the schema of the answer and the prompt version to record', async () => {
  const { headers } = await platform.generate();
  const [asked] = platform.neighbours.asked;
  const active = platform.prompts.find(({ promptKey }) => promptKey === 'canvas.generate');
  expect(asked).toMatchObject({
    promptVersionId: active?.versionId,
    temperature: active?.metadata.temperature,
    responseFormat: { type: 'json_schema', json_schema: { strict: true } },
    operation: 'canvas.generate',
    requestId: headers.get('x-request-id'),
  });
  for (const words of Object.values(aBakery)) expect(asked?.prompt).toContain(words);
});

test('a prompt execution is recorded with its outcome', async () => {
  const { body, headers } = await platform.generate();
  const { usage, cost, costNanos, provider, model, executionId } = body.data;
  expect(await platform.executions()).toEqual([
    {
      id: executionId,
      promptVersionId: platform.neighbours.asked[0]?.promptVersionId,
      userId: platform.user.userId,
      requestId: headers.get('x-request-id'),
      operation: 'canvas.generate',
      success: true,
      provider,
      model,
      latencyMs: expect.any(Number),
      costNanos,
      cost,
      promptTokens: usage.promptTokens,
      completionTokens: usage.completionTokens,
    },
  ]);
});

test('the flag’s variant selects the model unless the request names one', async () => {
  await platform.generate();
  await platform.generate({ ...aBakery, model: 'gpt-4o' });
  expect(platform.neighbours.asked.map(({ model }) => model)).toEqual([modelOfFlag, 'gpt-4o']);
});

test.each([
  ['in a code fence', (json: string) => `\`\`\`json\n${json}\n\`\`\``],
  ['with prose around it', (json: string) => `Here is your canvas:\n${json}\nI hope that it helps!`],
])('an answer %s is accepted', async (_, wrap) => {
  platform.neighbours.answer = () => ({ content: wrap(JSON.stringify(knownBlocks)) });
  const { status, body } = await platform.generate();
  expect(status).toBe(200);
  expect(body.data.canvas).toMatchObject(knownBlocks);
});

test('characters that PostgreSQL cannot store are removed from an answer', async () => {
  const keyPartners = ['Mil\0lers', `${'x'.repeat(999)}🥐`, '\ud83d'];
  platform.neighbours.answer = () => ({ content: JSON.stringify({ ...knownBlocks, keyPartners }) });
  const { status, body } = await platform.generate();
  expect(status).toBe(200);
  expect(body.data.canvas.keyPartners).toEqual(['Millers', `${'x'.repeat(999)}\ufffd`, '\ufffd']);
});

const { channels: _, ...withoutChannels } = knownBlocks;

const { channels } = knownBlocks;

test('blocks that an answer lacks are asked for once, and the result has the cost of both calls', async () => {
  platform.neighbours.answer = ({ prompt }) => ({
    content: JSON.stringify(prompt?.includes('missing blocks') ? { channels } : withoutChannels),
    cost: 0.1,
    costNanos: 100_000_000,
  });
  const { status, body } = await platform.generate();
  expect(status).toBe(200);
  expect(body.data.canvas).toMatchObject(knownBlocks);
  expect(body.data).toMatchObject({
    cost: 0.2,
    costNanos: 200_000_000,
    usage: { promptTokens: 200, completionTokens: 100, totalTokens: 300, cachedTokens: 40 },
    latency: 24,
  });
  const [first, second, ...more] = platform.neighbours.asked;
  expect(more).toEqual([]);
  const instruction = first?.prompt?.lastIndexOf('\n\n');
  expect(first?.prompt?.slice(instruction)).toContain('"title"');
  expect(second?.prompt).toContain(first?.prompt?.slice(0, instruction));
  expect(second?.prompt).not.toContain('"title"');
  expect(second?.prompt).toMatch(/exactly these keys: "channels"\.$/);
  expect(second?.responseFormat).toMatchObject({ json_schema: { schema: { required: ['channels'] } } });
  expect(await platform.executions()).toMatchObject([
    { success: false, errorCode: 'LLM_BAD_RESPONSE', costNanos: 100_000_000 },
    { success: true, costNanos: 100_000_000 },
  ]);
});

test('an unusable answer from the cache is replaced by a new one', async () => {
  platform.neighbours.answer = ({ cacheControl }) =>
    cacheControl === 'no-cache'
      ? { content: JSON.stringify(knownBlocks) }
      : { content: 'I cannot help with that.', cached: true, cost: 0, costNanos: 0 };
  const { status, body } = await platform.generate();
  expect(status).toBe(200);
  expect(body.data).toMatchObject({ cached: false, costNanos: 123_457 });
  expect(platform.neighbours.asked.map(({ cacheControl }) => cacheControl)).toEqual([undefined, 'no-cache']);
});

test('cache-control reaches the router, for refinements too', async () => {
  const headers = { 'cache-control': 'no-store' };
  const { body } = await platform.generate(aBakery, { headers });
  const path = `/api/canvas/${body.data.canvasId}/refine`;
  await platform.request(path, { method: 'POST', body: { section: 'channels' }, headers });
  expect(platform.neighbours.asked.map(({ cacheControl }) => cacheControl)).toEqual(['no-store', 'no-store']);
});

test('the token limit grows with the language of the description', async () => {
  const active = platform.prompts.find(({ promptKey }) => promptKey === 'canvas.generate');
  await platform.generate({ businessDescription: 'लियोन में एक बेकरी' });
  expect(platform.neighbours.asked[0]?.maxTokens).toBeGreaterThan(
    2.9 * (active?.metadata.maxTokens ?? Infinity),
  );
});

test.each([
  ['without a block', JSON.stringify(withoutChannels), 2],
  ['with an empty block', JSON.stringify({ ...knownBlocks, channels: [' '] }), 2],
  ['that is truncated', JSON.stringify(knownBlocks).slice(0, 200), 2],
  ['without JSON', 'I cannot help with that.', 1],
  ['without words', '', 1],
])(
  'an answer %s is a 502, nothing is stored, and each execution is recorded as failed',
  async (_, content, calls) => {
    platform.neighbours.answer = () => ({ content });
    const answer = await platform.generate();
    expectError(answer, 502, 'LLM_BAD_RESPONSE');
    expect(answer.body.error).toMatch(/^Failed to parse LLM response/);
    expect(await canvasesOf()).toEqual([]);
    expect(await platform.executions()).toEqual(
      Array.from({ length: calls }, () =>
        expect.objectContaining({
          success: false,
          errorCode: 'LLM_BAD_RESPONSE',
          costNanos: 123_457,
          promptTokens: 100,
        }),
      ),
    );
  },
);

test.each([
  ['content_filter', JSON.stringify(knownBlocks), /content filter/],
  ['length', '{"keyPartners": [', /cut off/],
])('an answer that ends with %s says so', async (finishReason, content, message) => {
  platform.neighbours.answer = () => ({ content, finishReason });
  const answer = await platform.generate();
  expectError(answer, 502, 'LLM_BAD_RESPONSE');
  expect(answer.body.message).toMatch(message);
});

test('the router’s BUDGET_EXCEEDED error is passed on unchanged', async () => {
  const extra = { limit: 5, spent: 4.99, resetsAt: '2026-12-01T00:00:00.000Z', upgradeUrl: '/pricing' };
  platform.neighbours.answer = () => {
    throw new AppError('BUDGET_EXCEEDED', { extra });
  };
  const answer = await platform.generate();
  expectError(answer, 402, 'BUDGET_EXCEEDED');
  expect(answer.body).toMatchObject(extra);
  expect(answer.headers.get('x-should-retry')).toBe('false');
});

test('the router’s rate limit error is passed on unchanged', async () => {
  const extra = { tier: 'free', limit: 10, windowMs: 3_600_000, upgradeUrl: '/pricing' };
  platform.neighbours.answer = () => {
    throw new AppError('RATE_LIMITED', { extra, retryAfterSeconds: 1_800, retryHelps: false });
  };
  const answer = await platform.generate();
  expectError(answer, 429, 'RATE_LIMITED');
  expect(answer.body).toMatchObject({ ...extra, error: 'Rate limit exceeded', retryAfter: 1_800 });
  expect(answer.headers.get('retry-after')).toBe('1800');
  expect(answer.headers.get('x-should-retry')).toBe('false');
});

test.each<[ErrorCode, number]>([
  ['PROVIDER_RATE_LIMITED', 429],
  ['LLM_BAD_RESPONSE', 502],
  ['LLM_UNAVAILABLE', 503],
  ['OVERLOADED', 503],
  ['LLM_TIMEOUT', 504],
])('the router’s %s becomes the caller’s %i, and nothing is stored', async (code, status) => {
  platform.neighbours.answer = () => {
    throw new AppError(code, { retryAfterSeconds: 7 });
  };
  const answer = await platform.generate();
  expectError(answer, status, code);
  expect(answer.body.retryAfter).toBe(7);
  expect(await canvasesOf()).toEqual([]);
  expect(await platform.executions()).toMatchObject([{ success: false, errorCode: code, costNanos: 0 }]);
});

test('an internal error of the router becomes DEPENDENCY_UNAVAILABLE', async () => {
  platform.neighbours.answer = () => {
    throw new AppError('INTERNAL_ERROR');
  };
  expectError(await platform.generate(), 503, 'DEPENDENCY_UNAVAILABLE');
});

test('the caller’s deadline ends the wait for the model', async () => {
  const { promise, resolve } = Promise.withResolvers<object>();
  platform.neighbours.answer = () => promise;
  const answer = await platform.generate(aBakery, { headers: { 'x-vc-deadline-ms': '200' } });
  resolve({});
  expectError(answer, 504, 'DEADLINE_EXCEEDED');
  expect(await canvasesOf()).toEqual([]);
});

test.each([
  ['no description', {}],
  ['a description that is too short', { businessDescription: 'ab' }],
  ['a description that is too long', { businessDescription: 'x'.repeat(5_001) }],
  ['an industry that is too long', { ...aBakery, industry: 'x'.repeat(201) }],
  ['an unknown field', { ...aBakery, description: 'A bakery' }],
])('%s is rejected before a model is called', async (_, body) => {
  const answer = await platform.generate(body);
  expectError(answer, 400, 'VALIDATION_FAILED');
  expect(answer.body.details).not.toEqual([]);
  expect(platform.neighbours.asked).toEqual([]);
});

test.each(['', '   ', '\n\t'])('the optional text %j counts as absent', async (blank) => {
  const { status, body } = await platform.generate({
    businessDescription: aBakery.businessDescription,
    industry: blank,
    targetMarket: blank,
  });
  expect(status).toBe(200);
  expect(body.data.canvas).not.toHaveProperty('industry');
  expect(body.data.canvas).not.toHaveProperty('targetMarket');
  const stored = await platform.request(`/api/canvas/${body.data.canvasId}`);
  expect(stored.body.data).not.toHaveProperty('industry');
});
