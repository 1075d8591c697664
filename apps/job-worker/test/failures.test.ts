import { AppError, type AppErrorOptions, type ErrorCode } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { question, usePlatform } from './support/platform.ts';

const platform = usePlatform();

/** Stores a job whose next attempt is its last. The sweeper queues it. */
async function storeWithLastAttempt(payload: object = { prompt: 'Why?' }, age = '1 minute'): Promise<string> {
  const [row] = await platform.database.query<{ id: string }>(
    `insert into vc_private.llm_jobs (id, user_id, type, payload, tier, attempts, created_at)
     values (gen_random_uuid(), $1, 'custom_prompt', $2, 'free', 2, now() - $3::interval) returning id`,
    [platform.user.userId, JSON.stringify(payload), age],
  );
  return row?.id ?? '';
}

test('a failed dependency leads to a retry, and the status shows the error meanwhile', async () => {
  const service = await platform.start();
  platform.performers.before = (_call, earlier) => {
    if (earlier === 0) throw new AppError('OVERLOADED');
  };
  const jobId = await platform.submit(service, question);
  await platform.reaches(jobId, 'delayed');
  const waiting = await platform.get(service, jobId);
  expect(waiting.body.data).toMatchObject({ status: 'delayed', attempts: 1, error: { code: 'OVERLOADED' } });
  await platform.reaches(jobId, 'completed');
  const done = await platform.get(service, jobId);
  expect(done.body.data).toMatchObject({ status: 'completed', attempts: 2 });
  expect(done.body.data).not.toHaveProperty('error');
  const keys = platform.performers.calls.map(({ idempotencyKey }) => idempotencyKey);
  expect(keys).toEqual([`job-${jobId}`, `job-${jobId}`]);
  // A cached answer may be why the first attempt failed.
  const caching = platform.performers.calls.map(({ cacheControl }) => cacheControl);
  expect(caching).toEqual([undefined, 'no-cache']);
});

test.each(['DEPENDENCY_UNAVAILABLE', 'IDEMPOTENCY_IN_FLIGHT'] as const)(
  'a job waits while a call fails with %s, without using up attempts',
  async (code) => {
    const service = await platform.start();
    platform.performers.before = (_call, earlier) => {
      if (earlier < 4) throw new AppError(code);
    };
    const jobId = await platform.submit(service, question);
    await platform.reaches(jobId, 'delayed');
    expect((await platform.get(service, jobId)).body.data).toMatchObject({ attempts: 0, error: { code } });
    await platform.reaches(jobId, 'completed', 15_000);
    expect((await platform.get(service, jobId)).body.data).toMatchObject({ attempts: 1 });
    expect(platform.performers.calls).toHaveLength(5);
  },
);

test('a job that has waited too long for a dependency uses up its attempts and fails', async () => {
  await platform.start();
  platform.performers.before = () => {
    throw new AppError('DEPENDENCY_UNAVAILABLE');
  };
  const jobId = await storeWithLastAttempt(undefined, '61 minutes');
  await platform.reaches(jobId, 'failed');
  expect(await platform.row(jobId)).toMatchObject({ attempts: 3, error_code: 'DEPENDENCY_UNAVAILABLE' });
});

test('operators are notified of jobs that failed for good, once per kind and hour, without words of the user', async () => {
  await platform.database.query('truncate vc_private.notifications cascade');
  await platform.start();
  platform.performers.before = () => {
    throw new AppError('OVERLOADED', { message: 'secret words' });
  };
  const jobs = await Promise.all([storeWithLastAttempt(), storeWithLastAttempt()]);
  for (const jobId of jobs) await platform.reaches(jobId, 'failed');
  const notifications = await platform.database.query<{ details: { jobId: string } }>(
    `select kind, severity, title, message, details from vc_private.notifications where kind = 'jobs.dead-letter'`,
  );
  expect(notifications).toEqual([
    expect.objectContaining({
      severity: 'warning',
      title: 'A job of the kind custom_prompt has failed',
      details: { jobId: expect.any(String), type: 'custom_prompt', code: 'OVERLOADED', attempts: 3 },
    }),
  ]);
  expect(jobs).toContain(notifications[0]?.details.jobId);
  expect(JSON.stringify(notifications)).not.toContain('secret words');
});

/** A canvas job: the contract of canvas declares every refusal below. */
const refinement = {
  type: 'canvas_refinement',
  canvasId: '01933333-3333-7333-8333-333333333333',
  section: 'channels',
};

const refusals: [ErrorCode, AppErrorOptions][] = [
  ['BUDGET_EXCEEDED', { message: 'Your budget for the day is used up.' }],
  ['VALIDATION_FAILED', {}],
  ['NOT_FOUND', {}],
  ['LLM_TIMEOUT', {}],
];

test.for(refusals)(
  '%s ends the job at its first attempt, and the status shows the reason',
  async ([code, options]) => {
    const service = await platform.start();
    platform.performers.before = () => {
      throw new AppError(code, options);
    };
    const jobId = await platform.submit(service, refinement);
    await platform.reaches(jobId, 'failed');
    const { body } = await platform.get(service, jobId);
    expect(body.data).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { code, ...options },
      finishedAt: expect.any(String),
    });
    expect(platform.performers.calls).toHaveLength(1);
  },
);

test('the job waits for a rate limit that states its end', async () => {
  const service = await platform.start();
  platform.performers.before = (_call, earlier) => {
    if (earlier === 0) throw new AppError('RATE_LIMITED', { retryAfterSeconds: 3 });
  };
  const jobId = await platform.submit(service, question);
  await platform.reaches(jobId, 'completed');
  const [row] = await platform.database.query<{ waited: number }>(
    'select extract(epoch from started_at - created_at)::float8 as waited from vc_private.llm_jobs where id = $1',
    [jobId],
  );
  expect(row?.waited).toBeGreaterThanOrEqual(3);
});

test('a job fails when its last attempt fails', async () => {
  await platform.start();
  platform.performers.before = () => {
    throw new AppError('OVERLOADED');
  };
  const jobId = await storeWithLastAttempt();
  expect(await platform.reaches(jobId, 'failed')).toMatchObject({ attempts: 3, error_code: 'OVERLOADED' });
  expect(platform.performers.calls).toHaveLength(1);
});

test('a job with an incomplete payload fails without a call', async () => {
  await platform.start();
  const jobId = await storeWithLastAttempt({ model: 'a-model' });
  expect(await platform.reaches(jobId, 'failed')).toMatchObject({ error_code: 'VALIDATION_FAILED' });
  expect(platform.performers.calls).toHaveLength(0);
});
