import { eventually } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import type { SeenCall } from './support/performers.ts';
import { question, usePlatform } from './support/platform.ts';

const platform = usePlatform();

/** Holds a call until its caller disconnects. */
function untilCallerLeaves({ signal }: SeenCall): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

test('a waiting job is cancelled at once and never runs', async () => {
  const service = await platform.start({ QUEUE_CONCURRENCY: '1' });
  const gate = Promise.withResolvers<void>();
  platform.performers.before = (_call, earlier) => (earlier === 0 ? gate.promise : undefined);
  const first = await platform.submit(service, question);
  await platform.reaches(first, 'active');
  const second = await platform.submit(service, { ...question, prompt: 'cancelled' });
  const third = await platform.submit(service, { ...question, prompt: 'kept' });
  expect(await platform.cancel(service, second)).toMatchObject({
    status: 200,
    body: { data: { jobId: second, status: 'cancelled', finishedAt: expect.any(String) } },
  });
  gate.resolve();
  await platform.reaches(third, 'completed');
  expect(platform.performers.calls).toMatchObject([
    { body: { prompt: question.prompt } },
    { body: { prompt: 'kept' } },
  ]);
  expect((await platform.row(second)).status).toBe('cancelled');
});

test('cancelling a running job aborts its call of another service, and the job ends without a result', async () => {
  const service = await platform.start();
  platform.performers.before = untilCallerLeaves;
  const jobId = await platform.submit(service, question);
  await eventually(() => expect(platform.performers.calls).toHaveLength(1));
  expect(await platform.cancel(service, jobId)).toMatchObject({
    status: 200,
    body: { data: { status: 'active' } },
  });
  expect(await platform.reaches(jobId, 'cancelled')).toMatchObject({ attempts: 1, error_code: null });
  await eventually(() => expect(platform.performers.calls[0]?.signal.aborted).toBe(true));
  expect(await platform.get(service, jobId, '/result')).toMatchObject({ status: 404 });
});

test('a running job is cancelled even if its worker missed the message', async () => {
  const service = await platform.start();
  platform.performers.before = untilCallerLeaves;
  const jobId = await platform.submit(service, question);
  await eventually(() => expect(platform.performers.calls).toHaveLength(1));
  await platform.database.query('update vc_private.llm_jobs set cancel_requested_at = now()');
  await platform.reaches(jobId, 'cancelled');
});

test('a job that completes at the moment of its cancellation ends cancelled', async () => {
  const service = await platform.start();
  platform.performers.before = async () => {
    await platform.database.query('update vc_private.llm_jobs set cancel_requested_at = now()');
  };
  const jobId = await platform.submit(service, question);
  await platform.reaches(jobId, 'cancelled');
  expect(await platform.results(jobId)).toEqual([]);
});

test('a job that has ended cannot be cancelled', async () => {
  const service = await platform.start();
  const jobId = await platform.submit(service, question);
  await platform.reaches(jobId, 'completed');
  expect(await platform.cancel(service, jobId)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  expect((await platform.row(jobId)).status).toBe('completed');
});
