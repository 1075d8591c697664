import { AppError } from '@valuecanvas/contracts-core';
import { eventually, startSeverableLink } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { question, usePlatform } from './support/platform.ts';

const platform = usePlatform();

test('an answer that arrives while PostgreSQL is unavailable is stored later, without a second call', async () => {
  const link = await startSeverableLink(platform.database.urlFor('job-worker'));
  const service = await platform.start({ DATABASE_URL: link.url });
  const gate = Promise.withResolvers<void>();
  platform.performers.before = () => gate.promise;
  const jobId = await platform.submit(service, question);
  await eventually(() => expect(platform.performers.calls).toHaveLength(1));
  await link.cut();
  gate.resolve();
  await eventually(async () => expect((await platform.get(service, jobId)).status).toBe(503));
  expect((await platform.row(jobId)).status).toBe('active');
  await link.mend();
  await platform.reaches(jobId, 'completed');
  expect(await platform.results(jobId)).toHaveLength(1);
  expect(platform.performers.calls).toHaveLength(1);
});

test('a failure that happens while PostgreSQL is unavailable is stored as soon as it is back', async () => {
  const link = await startSeverableLink(platform.database.urlFor('job-worker'));
  const service = await platform.start({ DATABASE_URL: link.url });
  const gate = Promise.withResolvers<void>();
  platform.performers.before = () => gate.promise;
  const jobId = await platform.submit(service, question);
  await eventually(() => expect(platform.performers.calls).toHaveLength(1));
  await link.cut();
  gate.reject(new AppError('VALIDATION_FAILED'));
  await eventually(async () => expect((await platform.get(service, jobId)).status).toBe(503));
  expect((await platform.row(jobId)).status).toBe('active');
  await link.mend();
  await platform.reaches(jobId, 'failed');
  expect(platform.performers.calls).toHaveLength(1);
});
