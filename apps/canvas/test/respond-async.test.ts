import { canvasGeneration, canvasRefinement, canvasVariant } from '@valuecanvas/contracts-canvas';
import Value from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { aBakery, expectError, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const submit = (extra: Readonly<Record<string, string>> = {}, body: object = aBakery) =>
  platform.generate(body, { headers: { prefer: 'wait=5, respond-async', ...extra } });

const jobs = () =>
  platform.database.query<{ id: string; type: string; payload: object; tier: string; trace_context: object }>(
    'select id, type, payload, tier, trace_context from vc_private.llm_jobs where user_id = $1',
    [platform.user.userId],
  );

test('a generation that may be asynchronous becomes a job of its user', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const answer = await submit(
    { traceparent },
    { ...aBakery, industry: ' ', model: 'mistralai/Mixtral-8x7B-Instruct-v0.1' },
  );
  const [job] = await jobs();
  const statusUrl = `/api/queue/llm/${job?.id}`;
  expect(answer).toMatchObject({
    status: 202,
    body: { success: true, data: { jobId: job?.id, status: 'queued', statusUrl } },
  });
  expect(answer.headers.get('location')).toBe(statusUrl);
  expect(answer.headers.get('preference-applied')).toBe('respond-async');
  expect(job).toMatchObject({
    type: 'canvas_generation',
    tier: 'pro',
    payload: {
      promptVariables: {
        businessDescription: aBakery.businessDescription,
        targetMarket: aBakery.targetMarket,
      },
      model: 'mistralai/Mixtral-8x7B-Instruct-v0.1',
    },
    trace_context: expect.objectContaining({ traceparent }),
  });
  // The job worker checks the payload with the same schema.
  expect(Value.Check(canvasGeneration.payload, job?.payload)).toBe(true);
  expect(platform.neighbours.asked).toEqual([]);
});

describe.each([
  [
    'variants',
    canvasVariant,
    { kind: 'for schools only', model: 'a-model' },
    { kind: 'for schools only', model: 'a-model' },
  ],
  [
    'refine',
    canvasRefinement,
    { section: 'channels', context: 'only online' },
    { section: 'channels', promptVariables: { context: 'only online' } },
  ],
] as const)('asynchronous %s of a canvas', (path, definition, body, payload) => {
  const headers = { prefer: 'respond-async', 'cache-control': 'no-store', 'idempotency-key': 'order-19' };

  test('becomes one job, also if it is submitted again', async () => {
    const canvasId = (await platform.aCanvas()).id;
    const send = () => platform.post(`/api/canvas/${canvasId}/${path}`, body, { headers });
    const answer = await send();
    expect(await send()).toMatchObject({ status: 202, body: answer.body });
    const [job, ...others] = await jobs();
    expect(others).toEqual([]);
    expect(job).toMatchObject({ type: definition.name, tier: 'pro' });
    expect(job?.payload).toEqual({ canvasId, ...payload, cacheControl: 'no-store' });
    expect(Value.Check(definition.payload, job?.payload)).toBe(true);
    expect(answer).toMatchObject({
      status: 202,
      body: { data: { jobId: job?.id, status: 'queued', statusUrl: `/api/queue/llm/${job?.id}` } },
    });
    expect(answer.headers.get('location')).toBe(`/api/queue/llm/${job?.id}`);
    expect(answer.headers.get('preference-applied')).toBe('respond-async');
    expect(platform.neighbours.asked).toEqual([]);
  });

  test('is refused without a job if the canvas is not the caller’s', async () => {
    const { id } = await platform.aCanvas();
    const as = await platform.database.createUser();
    expectError(await platform.post(`/api/canvas/${id}/${path}`, body, { headers, as }), 404, 'NOT_FOUND');
    expect(
      await platform.database.query('select from vc_private.llm_jobs where user_id = $1', [as.userId]),
    ).toEqual([]);
  });
});

test('without Redis the job is stored all the same', async () => {
  const service = await platform.start({ REDIS_URL: 'redis://127.0.0.1:1' });
  const { status, body } = await service.request('/api/canvas/generate', {
    method: 'POST',
    as: platform.user,
    body: aBakery,
    headers: { prefer: 'respond-async' },
  });
  expect(status).toBe(202);
  expect(await jobs()).toMatchObject([{ id: body.data.jobId }]);
});

test('a repeated submission with the same key is one job', async () => {
  const key = { 'idempotency-key': 'order-18' };
  const first = await submit(key);
  const again = await submit(key);
  expect(again).toMatchObject({ status: 202, body: first.body });
  expect(await jobs()).toHaveLength(1);
});

test('cache-control is stored for the call of the model', async () => {
  await submit({ 'cache-control': 'no-cache' });
  const [job] = await jobs();
  expect(job?.payload).toMatchObject({ cacheControl: 'no-cache' });
});

test('an invalid generation is refused, not queued', async () => {
  expectError(await submit({}, { businessDescription: '' }), 400, 'VALIDATION_FAILED');
  expect(await jobs()).toEqual([]);
});
