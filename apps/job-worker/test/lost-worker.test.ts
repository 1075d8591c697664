import { AppError } from '@valuecanvas/contracts-core';
import { eventually, startServiceProcess } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import type { SeenCall } from './support/performers.ts';
import { question, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const storeAndCrash = () => platform.store('custom_prompt', { prompt: 'Why?' });

const hold = (_call: SeenCall, earlier: number) =>
  earlier === 0 ? new Promise<void>(() => undefined) : undefined;

test('a job that was stored but never queued runs with the tier of its submission', async () => {
  const jobId = await storeAndCrash();
  await platform.start();
  const row = await platform.reaches(jobId, 'completed');
  expect(row).toMatchObject({ attempts: 1, enqueued_at: expect.any(Date) });
  expect(platform.performers.calls).toMatchObject([{ principal: { tier: 'enterprise' } }]);
});

test('another worker finishes a killed worker’s job, once', async () => {
  platform.performers.before = hold;
  const doomed = await startServiceProcess('job-worker', platform.processEnvironment());
  const jobId = await storeAndCrash();
  await eventually(() => expect(platform.performers.calls).toHaveLength(1), { timeoutMs: 40_000 });
  await doomed.kill();
  expect((await platform.row(jobId)).status).toBe('active');
  await platform.start();
  expect(await platform.reaches(jobId, 'completed', 15_000)).toMatchObject({ attempts: 1, lost_attempts: 1 });
  expect(await platform.results(jobId)).toHaveLength(1);
  const keys = platform.performers.calls.map(({ idempotencyKey }) => idempotencyKey);
  expect(keys).toEqual([`job-${jobId}`, `job-${jobId}`]);
});

test('a stopping worker hands its long jobs to other workers at once, with all attempts left', async () => {
  platform.performers.before = hold;
  const first = await platform.start();
  const jobId = await platform.submit(first, question);
  await eventually(() => expect(platform.performers.calls).toHaveLength(1));
  await platform.start();
  await first.stop();
  expect(await platform.reaches(jobId, 'completed')).toMatchObject({ attempts: 1, fence: '2' });
  expect(await platform.results(jobId)).toHaveLength(1);
});

test('a running job completes even if its worker and all Redis data are lost', async () => {
  const jobId = await storeAndCrash();
  await platform.database.query(
    `update vc_private.llm_jobs set status = 'active', attempts = 1, fence = 1,
       started_at = now() - interval '10 minutes', enqueued_at = now() - interval '10 minutes'`,
  );
  await platform.start();
  expect(await platform.reaches(jobId, 'completed')).toMatchObject({ attempts: 1, fence: '2' });
});

test.each([
  { lost: 9, end: 'completed', looks: [false] },
  { lost: 10, end: 'completed', looks: [true], stored: true },
  { lost: 10, end: 'failed', looks: [true] },
  { lost: 11, end: 'failed', looks: [], stored: true },
] as const)('a job that has lost $lost workers is $end', async ({ lost, end, looks, ...router }) => {
  platform.performers.before = ({ storedAnswerOnly }) => {
    if (storedAnswerOnly && !('stored' in router)) throw new AppError('NOT_FOUND');
  };
  const jobId = await storeAndCrash();
  await platform.database.query(
    `update vc_private.llm_jobs set status = 'active', attempts = 1, fence = 10, lost_attempts = $1,
       started_at = now() - interval '10 minutes', enqueued_at = now() - interval '10 minutes'`,
    [lost - 1],
  );
  await platform.start();
  expect(await platform.reaches(jobId, end)).toMatchObject({ attempts: 1, lost_attempts: lost });
  expect(platform.performers.calls.map(({ storedAnswerOnly }) => storedAnswerOnly)).toEqual(looks);
  expect(await platform.results(jobId)).toHaveLength(end === 'completed' ? 1 : 0);
});

test('a running job stays with its worker, even if Redis has lost it', async () => {
  const jobId = await storeAndCrash();
  await platform.database.query(
    `update vc_private.llm_jobs set status = 'active', attempts = 1, fence = 1,
       started_at = now() - interval '1 minute', enqueued_at = now() - interval '1 minute'`,
  );
  const service = await platform.start();
  await platform.reaches(await platform.submit(service, question), 'completed');
  expect(await platform.row(jobId)).toMatchObject({ status: 'active', fence: '1' });
});
