import { anonymous } from '@valuecanvas/contracts-core';
import { apiKeyPrincipal } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { question, usePlatform } from './support/platform.ts';

const platform = usePlatform();
const absent = '01933333-3333-7333-8333-333333333333';

const userRoutes = [
  ['GET', '/api/queue/llm', undefined],
  ['POST', '/api/queue/llm', question],
  ['POST', '/api/queue/llm/batch', { jobs: [question] }],
  ['GET', `/api/queue/llm/${absent}`, undefined],
  ['GET', `/api/queue/llm/${absent}/result`, undefined],
  ['DELETE', `/api/queue/llm/${absent}`, undefined],
] as const;

test.for(userRoutes)(
  '%s %s is for signed-in users only, and not for API keys',
  async ([method, path, body]) => {
    const service = await platform.start();
    const ask = (as?: Parameters<typeof service.request>[1]) =>
      service.request(path, { method, body, ...as });
    expect(await ask()).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(await ask({ as: anonymous })).toMatchObject({ status: 401 });
    expect(await ask({ as: apiKeyPrincipal(['llm'], platform.user) })).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
    expect(await ask({ as: platform.user, from: 'canvas' })).toMatchObject({ status: 401 });
  },
);

test('another user’s job is reported as not found, like one that does not exist', async () => {
  const service = await platform.start();
  const jobId = await platform.submit(service, question);
  await platform.reaches(jobId, 'completed');
  const stranger = await platform.database.createUser();
  for (const [method, what] of [
    ['GET', ''],
    ['GET', '/result'],
    ['DELETE', ''],
  ] as const) {
    const theirs = await service.request(`/api/queue/llm/${jobId}${what}`, { method, as: stranger });
    const missing = await service.request(`/api/queue/llm/${absent}${what}`, { method, as: stranger });
    for (const answer of [theirs, missing])
      expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  }
  expect((await platform.row(jobId)).status).toBe('completed');
});

test('a malformed job id is rejected', async () => {
  const service = await platform.start();
  expect(await platform.get(service, 'mine')).toMatchObject({
    status: 400,
    body: { code: 'VALIDATION_FAILED' },
  });
});

test('there is no result before the job has completed', async () => {
  const service = await platform.start();
  const gate = Promise.withResolvers<void>();
  platform.performers.before = () => gate.promise;
  const jobId = await platform.submit(service, question);
  expect(await platform.get(service, jobId, '/result')).toMatchObject({
    status: 404,
    body: { code: 'NOT_FOUND' },
  });
  gate.resolve();
  await platform.reaches(jobId, 'completed');
  expect((await platform.get(service, jobId, '/result')).status).toBe(200);
});

test('a submission is refused with a retryable error while PostgreSQL is unavailable', async () => {
  const service = await platform.start({ DATABASE_URL: 'postgres://nouser@127.0.0.1:1/none' });
  const answer = await service.request('/api/queue/llm', {
    method: 'POST',
    as: platform.user,
    body: question,
  });
  expect(answer).toMatchObject({ status: 503, body: { code: 'DEPENDENCY_UNAVAILABLE' } });
  const readiness = await fetch(`${service.internalUrl}/health/ready`);
  expect(readiness.status).toBe(503);
});

test('the aggregate figures of all jobs are public', async () => {
  const service = await platform.start({ QUEUE_CONCURRENCY: '1' });
  const gate = Promise.withResolvers<void>();
  platform.performers.before = (_call, earlier) => (earlier === 1 ? gate.promise : undefined);
  const done = await platform.submit(service, question);
  await platform.reaches(done, 'completed');
  const active = await platform.submit(service, question);
  await platform.reaches(active, 'active');
  await platform.submit(service, question);
  await platform.submit(service, question);
  const answer = await service.request('/api/queue/metrics', { as: anonymous });
  expect(answer).toMatchObject({
    status: 200,
    body: {
      data: {
        waiting: 2,
        active: 1,
        completed: 1,
        failed: 0,
        delayed: 0,
        queueDepth: 3,
        processingRate: 0.2,
      },
    },
  });
  expect(answer.body.data.oldestWaitingMs).toBeGreaterThan(0);
  gate.resolve();
});

test('Prometheus sees attempts by outcome and the depth of the queue', async () => {
  const service = await platform.start();
  const jobId = await platform.submit(service, question);
  await platform.reaches(jobId, 'completed');
  const text = await (await fetch(`${service.internalUrl}/metrics`)).text();
  expect(text).toMatch(
    /queue_attempts_total\{job="custom_prompt",outcome="completed",service="job-worker"\} 1/,
  );
  expect(text).toMatch(/queue_jobs\{job="custom_prompt",state="waiting",service="job-worker"\} \d/);
});

test('the list has the own jobs with their requests, newest first, page by page, and none of another user', async () => {
  const service = await platform.start();
  const stranger = await platform.database.createUser({ tier: 'pro' });
  await service.request('/api/queue/llm', { method: 'POST', as: stranger, body: question });
  const jobIds: string[] = [];
  for (const prompt of ['One?', 'Two?', 'Three?'])
    jobIds.push(await platform.submit(service, { ...question, prompt }));
  const list = (query: string) => service.request(`/api/queue/llm${query}`, { as: platform.user });

  const first = await list('?limit=2');
  expect(first).toMatchObject({
    status: 200,
    body: {
      success: true,
      data: [
        { jobId: jobIds[2], type: 'custom_prompt', request: { prompt: 'Three?' } },
        { jobId: jobIds[1], type: 'custom_prompt', request: { prompt: 'Two?' } },
      ],
      pagination: { limit: 2, nextCursor: expect.any(String) },
    },
  });
  const { nextCursor } = first.body.pagination;
  expect(await list(`?limit=2&cursor=${nextCursor}`)).toMatchObject({
    status: 200,
    body: { data: [{ jobId: jobIds[0], request: { prompt: 'One?' } }], pagination: { nextCursor: null } },
  });
  expect(await list('?cursor=nonsense')).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  expect(await list('?limit=101')).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
});
