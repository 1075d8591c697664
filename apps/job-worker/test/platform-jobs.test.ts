import type { JobDefinition } from '@valuecanvas/contracts-core';
import { jobCatalogue, jobTypes } from '@valuecanvas/contracts-job-worker';
import { eventually } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { question, usePlatform } from './support/platform.ts';

const platform = usePlatform();

interface PlatformJob {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
}

const retentionJobs = () =>
  platform.database.query<PlatformJob>(
    `select id, status, attempts from vc_private.llm_jobs where type = 'job_retention'`,
  );

/** All kinds of jobs. */
const kinds: readonly JobDefinition[] = Object.values(jobCatalogue);

/** Users submit jobs of these kinds and read their results. */
const hasResult = ({ name }: JobDefinition): boolean => jobTypes.some((type) => type === name);

/**
 * Stores a job that completed the given number of days ago, with a result if its kind has one. Scheduled jobs have no
 * submitter.
 */
async function storeFinished(kind: JobDefinition, daysAgo: number): Promise<string> {
  const id = uuidv7();
  const type = kind.name;
  const isPlatforms = kind.schedule !== undefined;
  await platform.database.query(
    `insert into vc_private.llm_jobs (id, user_id, type, payload, tier, status, finished_at)
     values ($1, $2, $3, '{}', $4, 'completed', now() - make_interval(days => $5))`,
    [id, isPlatforms ? null : platform.user.userId, type, isPlatforms ? null : 'free', daysAgo],
  );
  if (hasResult(kind)) {
    await platform.database.query(
      `insert into llm_job_results (job_id, user_id, type, content, provider, model, latency_ms)
       values ($1, $2, $3, 'an answer', 'p', 'm', 1)`,
      [id, platform.user.userId, type],
    );
  }
  return id;
}

const retentionEnded = () =>
  eventually(async () =>
    expect(await retentionJobs()).toContainEqual(
      expect.objectContaining({ status: 'completed', attempts: 1 }),
    ),
  );

test('a finished job of any kind is deleted with its result after the retention of its kind, and not before', async () => {
  const expired: string[] = [];
  const kept: string[] = [];
  for (const kind of kinds) {
    expired.push(await storeFinished(kind, kind.retentionDays + 1));
    kept.push(await storeFinished(kind, kind.retentionDays - 1));
  }
  await platform.start();
  await eventually(async () => {
    const rows = await platform.database.query<{ id: string }>(
      'select id from vc_private.llm_jobs where id = any($1)',
      [[...expired, ...kept]],
    );
    expect(rows.map(({ id }) => id).sort()).toEqual([...kept].sort());
  });
  const results = await platform.database.query<{ job_id: string }>('select job_id from llm_job_results');
  expect(results.every(({ job_id }) => kept.includes(job_id))).toBe(true);
  expect(results).toHaveLength(kinds.filter(hasResult).length);
});

test('an unfinished job is kept regardless of its age', async () => {
  const jobId = uuidv7();
  await platform.database.query(
    `insert into vc_private.llm_jobs (id, user_id, type, payload, tier, status, created_at, enqueued_at)
     values ($1, $2, 'custom_prompt', '{}', 'free', 'delayed', now() - interval '1 year', now() + interval '1 hour')`,
    [jobId, platform.user.userId],
  );
  await platform.start();
  await retentionEnded();
  expect(await platform.row(jobId)).toMatchObject({ status: 'delayed' });
});

test('a scheduled job is submitted once per interval, whatever the number of replicas', async () => {
  const services = [await platform.start(), await platform.start(), await platform.start()];
  await retentionEnded();
  for (const service of services)
    await platform.reaches(await platform.submit(service, question), 'completed');
  // Three replicas may have seen the hour end during this test.
  expect((await retentionJobs()).length).toBeLessThanOrEqual(2);
});

test('a scheduled job that was stored but never queued is queued by the sweeper', async () => {
  const jobId = uuidv7();
  await platform.database.query(
    `insert into vc_private.llm_jobs (id, type, payload, created_at)
     values ($1, 'job_retention', '{}', now() - interval '1 minute')`,
    [jobId],
  );
  await platform.start();
  expect(await platform.reaches(jobId, 'completed')).toMatchObject({ enqueued_at: expect.any(Date) });
});

test('users cannot see jobs of the platform', async () => {
  const service = await platform.start();
  await retentionEnded();
  for (const { id } of await retentionJobs()) {
    expect(await platform.get(service, id)).toMatchObject({ status: 404 });
    expect(await platform.cancel(service, id)).toMatchObject({ status: 404 });
  }
  const { body } = await service.request('/api/queue/metrics', { as: platform.user });
  expect(body.data).toMatchObject({ completed: 0, queueDepth: 0 });
});

test('a job of a kind that this release does not know is left to newer replicas', async () => {
  const jobId = uuidv7();
  await platform.database.query(
    `insert into vc_private.llm_jobs (id, user_id, type, payload, tier, created_at)
     values ($1, $2, 'canvas_export', '{}', 'free', now() - interval '1 minute')`,
    [jobId, platform.user.userId],
  );
  const service = await platform.start();
  await platform.reaches(await platform.submit(service, question), 'completed');
  expect(await platform.row(jobId)).toMatchObject({ status: 'queued', enqueued_at: null, fence: '0' });
});
