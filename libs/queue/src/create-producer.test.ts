import { AppError } from '@valuecanvas/contracts-core';
import { eventually } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { queueInTest, testJob } from './test-support/queue-in-test.ts';

const job = testJob();

test('an id that is already queued is not queued again', async () => {
  const queue = queueInTest();
  const producer = queue.producer();
  const id = queue.newId();
  const seen: string[] = [];
  await producer.enqueue(job, { id });
  await producer.enqueue(job, { id });
  queue.worker(job, async ({ jobId }) => void seen.push(jobId));
  await eventually(() => expect(queue.ended).toHaveLength(1));
  const last = queue.newId();
  await producer.enqueue(job, { id: last });
  await eventually(() => expect(seen).toEqual([id, last]));
});

test('a finished job leaves nothing in Redis, so its id can be queued again', async () => {
  const queue = queueInTest();
  const producer = queue.producer();
  const id = queue.newId();
  queue.worker(job, async () => undefined);
  for (const times of [1, 2]) {
    await producer.enqueue(job, { id });
    await eventually(() => expect(queue.ended).toHaveLength(times));
    await eventually(async () => expect(await queue.isStored(id)).toBe(false));
  }
});

test('jobs run by priority, and in submission order within a priority', async () => {
  const queue = queueInTest();
  const producer = queue.producer();
  const seen: string[] = [];
  for (const [id, priority] of [
    ['low', 0],
    ['middle-a', 5],
    ['middle-b', 5],
    ['high', 10],
  ] as const) {
    await producer.enqueue(job, { id, priority });
  }
  queue.worker(job, async ({ jobId }) => void seen.push(jobId), { concurrency: 1 });
  await eventually(() => expect(seen).toEqual(['high', 'middle-a', 'middle-b', 'low']));
});

test('a removed job is not run', async () => {
  const queue = queueInTest();
  const producer = queue.producer();
  const seen: string[] = [];
  for (const id of ['kept', 'removed']) await producer.enqueue(job, { id });
  await producer.remove('removed');
  queue.worker(job, async ({ jobId }) => void seen.push(jobId), { concurrency: 1 });
  await producer.enqueue(job, { id: 'last' });
  await eventually(() => expect(seen).toEqual(['kept', 'last']));
});

test('while Redis is unavailable, enqueue rejects at once and queues nothing later', async () => {
  const queue = queueInTest();
  const producer = queue.producer({ redisUrl: 'redis://127.0.0.1:1' });
  const begunAt = performance.now();
  const refusal = await producer.enqueue(job, { id: 'a' }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(AppError);
  expect(refusal).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE', retryAfterSeconds: 2 });
  expect(performance.now() - begunAt).toBeLessThan(4_500);
});
