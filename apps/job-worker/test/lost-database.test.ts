import { AppError } from '@valuecanvas/contracts-core';
import { eventually, startSeverableLink } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { question, usePlatform } from './support/platform.ts';

const platform = usePlatform();

/** Submits a job and cuts the connection to PostgreSQL while its call of the router runs. `end` ends the call. */
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
