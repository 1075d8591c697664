import { AppError, headers } from '@valuecanvas/contracts-core';
import type { Job } from '@valuecanvas/contracts-job-worker';
import { eventually, startSeverableLink, type TestService } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { question, usePlatform } from './support/platform.ts';

const platform = usePlatform();

interface SentEvent {
  readonly name: string;
  readonly id: string;
  readonly data: Partial<Job> & Record<string, unknown>;
}

type Watched = Awaited<ReturnType<typeof watch>>;

/** Opens a stream. `began` resolves with its first event, `events` with all of them. */
async function watch(service: TestService, path: string, lastEventId = '') {
  const { promise: began, resolve: begin } = Promise.withResolvers<void>();
  const identity = await platform.backends.identities.signer('gateway')('job-worker', platform.user);
  const response = await fetch(`${service.url}/api/queue/llm/${path}/events`, {
    headers: { [headers.identity]: identity, 'last-event-id': lastEventId },
  });
  const read = async (): Promise<SentEvent[]> => {
    let text = '';
    for await (const bytes of response.body ?? []) {
      text += Buffer.from(bytes as Uint8Array).toString();
      begin();
    }
    return eventsIn(text);
  };
  return { began, events: read() };
}

const eventsIn = (text: string): SentEvent[] =>
  [...text.matchAll(/^event: (.*)\nid: (.*)\ndata: (.*)$/gm)].map(([, name = '', id = '', data = '']) => ({
    name,
    id,
    data: JSON.parse(data),
  }));

const outlineOf = (events: readonly SentEvent[]): string[] =>
  events.map(({ name, data }) => (name === 'status' ? String(data.status) : name));

const outline = async ({ events }: Watched): Promise<string[]> => outlineOf(await events);

/** Holds the calls of the jobs until the returned function is called. */
function hold(): () => void {
  const gate = Promise.withResolvers<void>();
  platform.performers.before = () => gate.promise;
  return gate.resolve;
}

async function submitBatch(service: TestService, jobs: readonly object[]): Promise<string> {
  const answer = await service.request('/api/queue/llm/batch', {
    method: 'POST',
    as: platform.user,
    body: { jobs },
  });
  return answer.body.data.batchId;
}

test('a watcher gets each state of the job, and then its result', async () => {
  const service = await platform.start();
  const release = hold();
  const jobId = await platform.submit(service, question);
  await platform.reaches(jobId, 'active');
  const watched = await watch(service, jobId);
  await watched.began;
  release();
  expect(await outline(watched)).toEqual(['active', 'completed', 'done']);
  expect((await watched.events).at(-1)?.data).toMatchObject({
    jobId,
    type: 'custom_prompt',
    content: expect.any(String),
  });
});

test('watchers of every replica get the changes', async () => {
  const replicas = [await platform.start(), await platform.start()] as const;
  const release = hold();
  const jobId = await platform.submit(replicas[0], question);
  await platform.reaches(jobId, 'active');
  const watchers = await Promise.all(replicas.map((replica) => watch(replica, jobId)));
  for (const { began } of watchers) await began;
  release();
  for (const watched of watchers) expect(await outline(watched)).toEqual(['active', 'completed', 'done']);
});

test('a watcher that resumes does not get the state that it has', async () => {
  const service = await platform.start();
  const jobId = await platform.submit(service, question);
  await platform.reaches(jobId, 'completed');
  const first = await (await watch(service, jobId)).events;
  expect(outlineOf(first)).toEqual(['completed', 'done']);
  expect(await outline(await watch(service, jobId, first[0]?.id))).toEqual(['done']);
});

test('a failed job ends the stream with its failure', async () => {
  const service = await platform.start();
  platform.performers.before = () => {
    throw new AppError('BUDGET_EXCEEDED');
  };
  const events = await (await watch(service, await platform.submit(service, question))).events;
  expect(outlineOf(events).slice(-2)).toEqual(['failed', 'error']);
  expect(events.at(-1)?.data).toMatchObject({ code: 'BUDGET_EXCEEDED' });
});

test('a cancelled job ends the stream of its watchers', async () => {
  const service = await platform.start();
  const release = hold();
  const jobId = await platform.submit(service, question);
  await platform.reaches(jobId, 'active');
  const watched = await watch(service, jobId);
  await watched.began;
  await platform.cancel(service, jobId);
  const events = await watched.events;
  release();
  expect(outlineOf(events)).toEqual(['active', 'cancelled', 'error']);
  expect(events.at(-1)?.data).toMatchObject({ code: 'CONFLICT' });
});

test('a replica that is cut off from Redis gets the changes as well', async () => {
  const link = await startSeverableLink(platform.redis.url);
  const [worker, cutOff] = [await platform.start(), await platform.start({ REDIS_URL: link.url })];
  await link.cut();
  const release = hold();
  const jobId = await platform.submit(worker, question);
  await platform.reaches(jobId, 'active');
  const watched = await watch(cutOff, jobId);
  await watched.began;
  release();
  expect(await outline(watched)).toEqual(['active', 'completed', 'done']);
});

test('a stop of the service ends its streams, and the watchers resume at another replica', async () => {
  const worker = await platform.start();
  const release = hold();
  const jobId = await platform.submit(worker, question);
  await platform.reaches(jobId, 'active');
  const other = await platform.start();
  const watched = await watch(other, jobId);
  await watched.began;
  await other.stop();
  const [last] = await watched.events;
  const rest = await watch(worker, jobId, last?.id);
  release();
  expect([...(await outline(watched)), ...(await outline(rest))]).toEqual(['active', 'completed', 'done']);
});

test('a client that prefers JSON gets the job as it is', async () => {
  const service = await platform.start();
  const jobId = await platform.submit(service, question);
  await platform.reaches(jobId, 'completed');
  expect(
    await service.request(`/api/queue/llm/${jobId}/events`, {
      as: platform.user,
      headers: { accept: 'application/json' },
    }),
  ).toMatchObject({
    status: 200,
    body: { data: { jobId, status: 'completed' } },
  });
});

test('jobs and batches of other users do not exist', async () => {
  const service = await platform.start();
  const jobId = await platform.submit(service, question);
  const batchId = await submitBatch(service, [question]);
  const stranger = await platform.database.createUser({ tier: 'pro' });
  for (const [method, path] of [
    ['GET', `${jobId}/events`],
    ['GET', `batch/${batchId}`],
    ['GET', `batch/${batchId}/events`],
    ['DELETE', `batch/${batchId}`],
  ] as const)
    expect(await service.request(`/api/queue/llm/${path}`, { method, as: stranger })).toMatchObject({
      status: 404,
    });
  expect(await platform.reaches(jobId, 'completed')).toMatchObject({ error_code: null });
});

test('a watcher of a batch gets the states of its jobs, and the batch when all have ended', async () => {
  const service = await platform.start();
  const release = hold();
  const batchId = await submitBatch(service, [question, { ...question, prompt: 'How?' }]);
  const watched = await watch(service, `batch/${batchId}`);
  release();
  const events = await watched.events;
  expect(events.at(-1)).toMatchObject({
    name: 'done',
    data: { batchId, counts: { total: 2, unfinished: 0, completed: 2, failed: 0, cancelled: 0 } },
  });
  const completed = events.filter(({ name, data }) => name === 'status' && data.status === 'completed');
  expect(new Set(completed.map(({ data }) => data.jobId)).size).toBe(2);
});

test('cancelling a batch ends its waiting jobs at once and aborts the running ones', async () => {
  const service = await platform.start({ QUEUE_CONCURRENCY: '1' });
  platform.performers.before = ({ signal }) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
    );
  const batchId = await submitBatch(service, [question, question, question]);
  await eventually(() => expect(platform.performers.calls).toHaveLength(1));
  const answer = await service.request(`/api/queue/llm/batch/${batchId}`, {
    method: 'DELETE',
    as: platform.user,
  });
  expect(answer).toMatchObject({
    status: 200,
    body: { data: { counts: { total: 3, unfinished: 1, cancelled: 2 } } },
  });
  await eventually(async () => {
    const { body } = await service.request(`/api/queue/llm/batch/${batchId}`, { as: platform.user });
    expect(body.data.counts).toMatchObject({ unfinished: 0, cancelled: 3 });
  });
  expect(platform.performers.calls).toHaveLength(1);
});
