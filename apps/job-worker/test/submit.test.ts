import { expect, test } from 'vitest';
import { generation, question, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const canvasId = '01933333-3333-7333-8333-333333333333';

test('a generation runs as its submitter, with the tier of the submission, and its result is stored', async () => {
  const service = await platform.start();
  const { user, performers } = platform;
  const jobId = await platform.submit(service, {
    ...generation,
    model: 'a-model',
    metadata: { from: 'test' },
  });
  await platform.reaches(jobId, 'completed');
  expect(performers.calls).toMatchObject([
    {
      body: { businessDescription: 'A bakery in Lisbon', model: 'a-model' },
      principal: { kind: 'user', userId: user.userId, tier: 'pro', role: 'user' },
      operation: 'queue.submit',
      jobId,
      idempotencyKey: `job-${jobId}`,
    },
  ]);
  const status = await platform.get(service, jobId);
  expect(status).toMatchObject({
    status: 200,
    body: {
      data: {
        jobId,
        type: 'canvas_generation',
        status: 'completed',
        progress: 100,
        attempts: 1,
        statusUrl: `/api/queue/llm/${jobId}`,
        resultUrl: `/api/queue/llm/${jobId}/result`,
      },
    },
  });
  const { body } = await platform.get(service, jobId, '/result');
  expect(body.data).toMatchObject({
    jobId,
    type: 'canvas_generation',
    provider: 'together_ai',
    usage: { promptTokens: 100, completionTokens: 50, totalTokens: 150, cachedTokens: 20 },
    cost: 0.000123457,
    costNanos: 123_457,
    latency: 12,
    cached: false,
  });
  expect(JSON.parse(body.data.content)).toMatchObject({
    id: body.data.canvasId,
    businessDescription: 'A bakery in Lisbon',
    channels: ['Some channels'],
  });
});

test('a variant is made of the canvas, and its result is the new canvas', async () => {
  const service = await platform.start();
  const words = { canvasId, kind: 'for schools only', model: 'a-model' };
  const jobId = await platform.submit(service, {
    type: 'canvas_variant',
    promptKey: 'canvas.variant',
    ...words,
    section: 'has no effect',
  });
  await platform.reaches(jobId, 'completed');
  expect(platform.performers.calls).toMatchObject([
    { body: { kind: 'for schools only', model: 'a-model' }, idempotencyKey: `job-${jobId}` },
  ]);
  const { body } = await platform.get(service, jobId, '/result');
  expect(body.data).toMatchObject({ type: 'canvas_variant', canvasId: expect.not.stringMatching(canvasId) });
  expect(JSON.parse(body.data.content)).toMatchObject({ id: body.data.canvasId, variantOf: canvasId });
});

test('a refinement asks for suggestions for one block of the canvas', async () => {
  const service = await platform.start();
  const jobId = await platform.submit(service, {
    type: 'canvas_refinement',
    promptKey: 'canvas.refine',
    canvasId,
    section: 'channels',
    promptVariables: { context: 'only online', currentContent: 'shops' },
  });
  await platform.reaches(jobId, 'completed');
  expect(platform.performers.calls).toMatchObject([
    { body: { section: 'channels', context: 'only online' } },
  ]);
  const { body } = await platform.get(service, jobId, '/result');
  expect(body.data).toMatchObject({ type: 'canvas_refinement', canvasId });
  expect(JSON.parse(body.data.content)).toEqual({
    section: 'channels',
    suggestions: ['one', 'two'],
    reasoning: 'because',
  });
});

test('a custom prompt reaches the router unchanged', async () => {
  const service = await platform.start();
  const jobId = await platform.submit(service, { ...question, maxTokens: 50, temperature: 0.1 });
  await platform.reaches(jobId, 'completed');
  expect(platform.performers.calls).toMatchObject([
    { body: { prompt: 'Why?', maxTokens: 50, temperature: 0.1 } },
  ]);
  const { body } = await platform.get(service, jobId, '/result');
  expect(body.data.content).toBe('You asked: Why?');
  expect(body.data).not.toHaveProperty('canvasId');
});

const unsuitable: [string, object, string][] = [
  ['a generation without a description', { type: 'canvas_generation' }, 'promptVariables'],
  [
    'a description that canvas would reject',
    { type: 'canvas_generation', promptVariables: { businessDescription: 'x' } },
    'promptVariables.businessDescription',
  ],
  [
    'a misspelt variable',
    { type: 'canvas_generation', promptVariables: { ...generation.promptVariables, industri: 'food' } },
    'promptVariables.industri',
  ],
  ['a prompt key of another type', { ...generation, promptKey: 'canvas.refine' }, 'promptKey'],
  ['a refinement without a canvas', { type: 'canvas_refinement', section: 'channels' }, 'canvasId'],
  ['a refinement without a section', { type: 'canvas_refinement', canvasId }, 'section'],
  ['a variant without a kind', { type: 'canvas_variant', canvasId }, 'kind'],
  ['a variant without a canvas', { type: 'canvas_variant', kind: 'lean' }, 'canvasId'],
  ['an unknown section', { type: 'canvas_refinement', canvasId, section: 'dreams' }, 'section'],
  ['a custom prompt without a prompt', { type: 'custom_prompt' }, 'prompt'],
  ['a custom prompt with a prompt key', { ...question, promptKey: 'canvas.generate' }, 'promptKey'],
  ['an unknown type', { type: 'poem' }, 'type'],
  ['no type', { prompt: 'Why?' }, 'type'],
  ['a kind that only the platform submits', { type: 'job_retention' }, 'type'],
  ['an unknown field', { ...question, pirority: 3 }, 'pirority'],
];

test.for(unsuitable)('%s is rejected at submission, naming the field', async ([, body, path]) => {
  const service = await platform.start();
  const answer = await service.request('/api/queue/llm', { method: 'POST', as: platform.user, body });
  expect(answer).toMatchObject({
    status: 400,
    body: { success: false, code: 'VALIDATION_FAILED', details: [{ path, message: expect.any(String) }] },
  });
  expect(
    await platform.database.query('select from vc_private.llm_jobs where user_id is not null'),
  ).toHaveLength(0);
});

test('a batch is stored in one transaction, and its jobs run', async () => {
  const service = await platform.start();
  const jobs = Array.from({ length: 100 }, () => question);
  const answer = await service.request('/api/queue/llm/batch', {
    method: 'POST',
    as: platform.user,
    body: { jobs },
  });
  expect(answer.status).toBe(202);
  const ids = answer.body.data.jobs.map(({ jobId }: { jobId: string }) => jobId);
  expect(new Set(ids).size).toBe(100);
  for (const id of ids) await platform.reaches(id, 'completed');
  const rows = await platform.database.query<{ batch_id: string }>(
    'select distinct batch_id from vc_private.llm_jobs where user_id is not null',
  );
  expect(rows).toEqual([{ batch_id: answer.body.data.batchId }]);
  const [{ jobId, statusUrl }] = answer.body.data.jobs;
  expect(statusUrl).toBe(`/api/queue/llm/${jobId}`);
});

test('one invalid job in a batch rejects the whole batch', async () => {
  const service = await platform.start();
  const jobs = [question, { type: 'custom_prompt' }, { ...generation, promptKey: 'mine' }];
  const answer = await service.request('/api/queue/llm/batch', {
    method: 'POST',
    as: platform.user,
    body: { jobs },
  });
  expect(answer).toMatchObject({
    status: 400,
    body: { details: [{ path: 'jobs.1.prompt' }, { path: 'jobs.2.promptKey' }] },
  });
  expect(
    await platform.database.query('select from vc_private.llm_jobs where user_id is not null'),
  ).toHaveLength(0);
});

test('fields of another type are accepted and have no effect', async () => {
  const service = await platform.start();
  const jobId = await platform.submit(service, {
    ...generation,
    prompt: 'Why?',
    maxTokens: 50,
    section: 'x',
  });
  await platform.reaches(jobId, 'completed');
  expect(platform.performers.calls.map(({ body }) => body)).toEqual([generation.promptVariables]);
});

test('a batch of more than a hundred jobs is rejected', async () => {
  const service = await platform.start();
  const jobs = Array.from({ length: 101 }, () => question);
  const answer = await service.request('/api/queue/llm/batch', {
    method: 'POST',
    as: platform.user,
    body: { jobs },
  });
  expect(answer.status).toBe(400);
});

test('of two waiting jobs, the one with the higher priority runs first', async () => {
  const service = await platform.start({ QUEUE_CONCURRENCY: '1' });
  const gate = Promise.withResolvers<void>();
  platform.performers.before = (_call, earlier) => (earlier === 0 ? gate.promise : undefined);
  const first = await platform.submit(service, question);
  await platform.reaches(first, 'active');
  const low = await platform.submit(service, { ...question, prompt: 'low' });
  const high = await platform.submit(service, { ...question, prompt: 'high', priority: 5 });
  gate.resolve();
  for (const id of [low, high]) await platform.reaches(id, 'completed');
  expect(platform.performers.calls.slice(1)).toMatchObject([
    { body: { prompt: 'high' } },
    { body: { prompt: 'low' } },
  ]);
});

test.each([
  generation,
  question,
  { type: 'canvas_refinement', canvasId, section: 'channels' },
  { type: 'canvas_variant', canvasId, kind: 'lean' },
])('cache-control of the submission reaches the call of a $type job', async (body) => {
  const service = await platform.start();
  const { status, body: answer } = await service.request('/api/queue/llm', {
    method: 'POST',
    as: platform.user,
    body,
    headers: { 'cache-control': 'no-store' },
  });
  expect(status).toBe(202);
  await platform.reaches(answer.data.jobId, 'completed');
  expect(platform.performers.calls.map(({ cacheControl }) => cacheControl)).toEqual(['no-store']);
});

test('the trace context of the submission is stored with the job', async () => {
  const service = await platform.start();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await service.request('/api/queue/llm', {
    method: 'POST',
    as: platform.user,
    body: question,
    headers: { traceparent, tracestate: 'a=b', 'x-request-id': 'request-in-test' },
  });
  const rows = await platform.database.query(
    'select trace_context from vc_private.llm_jobs where user_id is not null',
  );
  const traceContext = { traceparent, tracestate: 'a=b', 'x-request-id': 'request-in-test' };
  expect(rows).toEqual([{ trace_context: traceContext }]);
});

test.each([
  ['/api/queue/llm', question],
  ['/api/queue/llm/batch', { jobs: [question, question] }],
])('a repeated POST %s with an idempotency key submits its jobs once', async (path, body) => {
  const service = await platform.start();
  const headers = { 'idempotency-key': 'batch-1' };
  const submit = () => service.request(path, { method: 'POST', as: platform.user, body, headers });
  const first = await submit();
  const again = await submit();
  expect(again).toMatchObject({ status: 202, body: first.body });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.headers.get('location')).toBe(first.headers.get('location'));
  const rows = await platform.database.query('select id from vc_private.llm_jobs where user_id = $1', [
    platform.user.userId,
  ]);
  expect(rows).toHaveLength('jobs' in body ? 2 : 1);
});
