import { eventually } from '@valuecanvas/testing';
import { expect, onTestFinished, test } from 'vitest';
import { startBreakableLink } from './support/breakable-link.ts';
import { question, usePlatform } from './support/platform.ts';

const platform = usePlatform();

test('what a model gave while the database was away is stored when it is back, without asking again', async () => {
  const link = await startBreakableLink(platform.database.urlFor('job-worker'));
  onTestFinished(() => link.stop());
  const service = await platform.start({ DATABASE_URL: link.url });
  const gate = Promise.withResolvers<void>();
  platform.performers.before = () => gate.promise;
  const jobId = await platform.submit(service, question);
  await eventually(() => expect(platform.performers.calls).toHaveLength(1));
  link.cut();
  gate.resolve();
  await eventually(async () => expect((await platform.get(service, jobId)).status).toBe(503));
  expect((await platform.row(jobId)).status).toBe('active');
  link.mend();
  await platform.reaches(jobId, 'completed');
  expect(await platform.results(jobId)).toHaveLength(1);
  expect(platform.performers.calls).toHaveLength(1);
});
