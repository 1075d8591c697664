import { AppError } from '@valuecanvas/contracts-core';
import { Interruption } from '@valuecanvas/queue';
import { eventually, startSeverableLink } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { jobDefinitions } from '../src/kinds/job-definitions.ts';
import type { JobKinds } from '../src/kinds/job-kinds.ts';
import { createAttemptsStore } from '../src/worker/attempts.store.ts';
import { createJobHandlers } from '../src/worker/run-jobs.ts';
import { generation, question, usePlatform } from './support/platform.ts';

const platform = usePlatform();

/** Submits a job and cuts the connection to PostgreSQL while the job calls the router. `end` ends the call. */
async function cutDuringCall(end: (gate: PromiseWithResolvers<void>) => void) {
  const link = await startSeverableLink(platform.database.urlFor('job-worker'));
  const service = await platform.start({ DATABASE_URL: link.url });
  const gate = Promise.withResolvers<void>();
  platform.performers.before = () => gate.promise;
  const jobId = await platform.submit(service, question);
  await eventually(() => expect(platform.performers.calls).toHaveLength(1));
  await link.cut();
  end(gate);
  await eventually(async () => expect((await platform.get(service, jobId)).status).toBe(503));
  expect((await platform.row(jobId)).status).toBe('active');
  return { jobId, mend: link.mend };
}

test('an answer that arrives while PostgreSQL is unavailable is stored later, without a second call', async () => {
  const { jobId, mend } = await cutDuringCall(({ resolve }) => resolve());
  await mend();
  await platform.reaches(jobId, 'completed');
  expect(await platform.results(jobId)).toHaveLength(1);
  expect(platform.performers.calls).toHaveLength(1);
});

test('a failure that happens while PostgreSQL is unavailable is stored as soon as it is back', async () => {
  const { jobId, mend } = await cutDuringCall(({ reject }) => reject(new AppError('VALIDATION_FAILED')));
  await mend();
  await platform.reaches(jobId, 'failed');
  expect(platform.performers.calls).toHaveLength(1);
});

test('a job whose answer cannot be stored before the timeout does not fail and repeats the call later', async () => {
  const timeout = new AbortController();
  const attempts = createAttemptsStore(platform.connect(), 30_000);
  const [handler] = createJobHandlers({
    kinds: { canvas_generation: async () => undefined } as Partial<JobKinds> as JobKinds,
    definitions: jobDefinitions(90_000),
    attempts: {
      ...attempts,
      async complete() {
        timeout.abort(new Interruption('timed out'));
        throw new AppError('DEPENDENCY_UNAVAILABLE');
      },
    },
    log: { info: () => undefined, error: () => undefined },
  });
  const jobId = await platform.store('canvas_generation', generation);
  const context = { jobId, attempt: 1, maxAttempts: 3, signal: timeout.signal, remainingMs: () => 0 };
  await expect(handler?.run(context)).rejects.toMatchObject({ name: 'Postponement' });
  expect(await platform.row(jobId)).toMatchObject({
    status: 'delayed',
    attempts: 0,
    error_code: 'DEPENDENCY_UNAVAILABLE',
  });
});
