import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import { type JobStatus, jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import { eventually, type TestService, userPrincipal } from '@valuecanvas/testing';
import { beforeEach, expect, test } from 'vitest';
import { facts } from './support/performers.ts';
import { generation, question, usePlatform } from './support/platform.ts';

const platform = usePlatform();
const operator: UserPrincipal = userPrincipal({ role: 'operator' });

beforeEach(() => platform.database.query('truncate vc_private.audit_log'));

const list = async (service: TestService, query = '') =>
  (await service.request(`/api/admin/jobs${query}`, { as: operator })).body;

const redrive = async (service: TestService, body: object) =>
  (await service.request('/api/admin/jobs/redrive', { method: 'POST', as: operator, body })).body.data;

const audit = () =>
  platform.database.query<{ action: string; subject: string; before: object; after: object }>(
    'select action, subject, before, after, actor_id from vc_private.audit_log order by id',
  );

/** Submits a job that fails. */
async function fail(service: TestService, body: object = question): Promise<string> {
  platform.performers.before = () => {
    throw new AppError('BUDGET_EXCEEDED');
  };
  const jobId = await platform.submit(service, body);
  await platform.reaches(jobId, 'failed');
  platform.performers.reset();
  return jobId;
}

test('operators see the jobs of all users and of the platform, without requests and results', async () => {
  const service = await platform.start();
  await eventually(async () => expect((await list(service)).data).toHaveLength(1));
  const jobId = await platform.submit(service, { ...question, prompt: 'a secret' });
  await platform.reaches(jobId, 'completed');
  const { data } = await list(service);
  expect(data).toContainEqual(expect.objectContaining({ type: 'job_retention' }));
  expect(data).toContainEqual(
    expect.objectContaining({ jobId, status: 'completed', userId: platform.user.userId, cost: facts.cost }),
  );
  expect(data[0].jobId).toBe(jobId);
  expect(JSON.stringify(data)).not.toContain('a secret');
  expect((await service.request(`/api/admin/jobs/${jobId}`, { as: operator })).body.data).toMatchObject({
    jobId,
    tier: 'pro',
    redrives: 0,
  });
});

test.each<[string, (failed: string) => string]>([
  ['status', () => 'status=failed'],
  ['kind', () => 'type=custom_prompt'],
  ['submitter', () => `userId=${platform.user.userId}&status=failed`],
  ['failure', () => 'errorCode=BUDGET_EXCEEDED'],
])('the list is filtered by %s', async (_name, queryOf) => {
  const service = await platform.start();
  const jobId = await fail(service);
  await platform.reaches(await platform.submit(service, generation), 'completed');
  const { data } = await list(service, `?${queryOf(jobId)}`);
  expect(data.map((job: { jobId: string }) => job.jobId)).toEqual([jobId]);
});

test('an operator cancels a job of any user, and the change is recorded', async () => {
  const service = await platform.start();
  const gate = Promise.withResolvers<void>();
  platform.performers.before = () => gate.promise;
  const jobId = await platform.submit(service, question);
  await platform.reaches(jobId, 'active');
  const path = `/api/admin/jobs/${jobId}`;
  expect(await service.request(path, { method: 'DELETE', as: operator })).toMatchObject({ status: 200 });
  await platform.reaches(jobId, 'cancelled');
  gate.resolve();
  expect(await service.request(path, { method: 'DELETE', as: operator })).toMatchObject({ status: 409 });
  expect(await audit()).toMatchObject([
    { action: 'jobs.cancel', subject: jobId, before: { status: 'active' }, actor_id: operator.userId },
  ]);
});

test('a redriven job runs again with all of its attempts, although its refusal is stored', async () => {
  const service = await platform.start();
  const jobId = await fail(service);
  const { redriveId, ...answer } = await redrive(service, { jobIds: [jobId] });
  expect(answer).toMatchObject({ jobs: 1, remaining: 0, oldestAt: expect.any(String), estimatedCost: 0 });
  expect(await platform.reaches(jobId, 'completed')).toMatchObject({ attempts: 1 });
  expect(platform.performers.calls).toMatchObject([
    { idempotencyKey: `job-${jobId}-1`, cacheControl: 'no-cache' },
  ]);
  const { data } = await list(service, `?redriveId=${redriveId}`);
  expect(data).toMatchObject([{ jobId, status: 'completed', redrives: 1, redriveId }]);
  expect(await audit()).toMatchObject([
    { action: 'jobs.redrive', subject: redriveId, after: { jobIds: [jobId], filter: { jobIds: [jobId] } } },
  ]);
});

test('a dry run says how many jobs it concerns and what they may cost, and changes nothing', async () => {
  const service = await platform.start();
  await platform.reaches(await platform.submit(service, question), 'completed');
  const failed = [await fail(service), await fail(service), await fail(service, generation)];
  expect(await redrive(service, { type: 'custom_prompt', dryRun: true })).toEqual({
    jobs: 2,
    remaining: 0,
    oldestAt: expect.any(String),
    estimatedCost: 2 * facts.cost,
  });
  for (const jobId of failed) expect((await platform.row(jobId)).status).toBe('failed');
  expect(await audit()).toEqual([]);
});

test.each<JobStatus>(['completed', 'cancelled'])('a %s job is not redriven', async (status) => {
  const service = await platform.start();
  const jobId = await fail(service);
  await platform.database.query('update vc_private.llm_jobs set status = $2 where id = $1', [jobId, status]);
  expect(await redrive(service, { jobIds: [jobId] })).toEqual({ jobs: 0, remaining: 0, estimatedCost: 0 });
  expect(await audit()).toEqual([]);
});

test('two operators who redrive at the same time let each job run once', async () => {
  const service = await platform.start();
  const failed = [await fail(service), await fail(service)];
  const both = await Promise.all([redrive(service, {}), redrive(service, {})]);
  expect(both[0].jobs + both[1].jobs).toBe(2);
  for (const jobId of failed) await platform.reaches(jobId, 'completed');
  expect(platform.performers.calls).toHaveLength(2);
});

test('only operators reach the jobs of others', async () => {
  const service = await platform.start();
  for (const { method, path } of Object.values(jobWorkerContract.routes).filter(({ id }) =>
    id.startsWith('jobs.'),
  )) {
    const url = path.replace(':jobId', await platform.submit(service, question));
    const body = method === 'POST' ? {} : undefined;
    expect(await service.request(url, { method, as: platform.user, body })).toMatchObject({ status: 403 });
  }
});
