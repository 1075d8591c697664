import type { TestService } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { question, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const metricsOf = async ({ internalUrl }: TestService): Promise<string> =>
  (await fetch(`${internalUrl}/metrics`)).text();

test('a worker without the API runs the jobs that an API without workers accepts', async () => {
  const api = await platform.start({ ROLE: 'api' });
  const worker = await platform.start({ ROLE: 'worker' });
  const jobId = await platform.submit(api, question);
  await platform.reaches(jobId, 'completed');
  expect(await platform.get(api, jobId, '/result')).toMatchObject({ status: 200 });
  expect(await platform.get(worker, jobId)).toMatchObject({ status: 405 });
  expect(await metricsOf(worker)).toContain('queue_attempts_total');
  expect(await metricsOf(api)).not.toContain('queue_attempts_total');
});

test('a stored job of an API without workers is found by the sweeper of a worker', async () => {
  await platform.start({ ROLE: 'api' });
  await platform.start({ ROLE: 'worker' });
  await platform.reaches(await platform.store('custom_prompt', { prompt: 'Why?' }), 'completed');
});
