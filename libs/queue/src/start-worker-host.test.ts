import { AppError } from '@valuecanvas/contracts-core';
import { eventually } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { interruptionOf, type JobContext, PermanentFailure } from './index.ts';
import { queueInTest, testJob } from './test-support/queue-in-test.ts';

const job = testJob();

/** Work that ends only when its signal aborts. */
function untilAborted({ signal }: JobContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

const outcomes = (ended: readonly { outcome: string }[]) => ended.map(({ outcome }) => outcome);

test('a failed attempt is repeated until one succeeds', async () => {
  const queue = queueInTest();
  const attempts: [number, number][] = [];
  queue.worker(job, async ({ attempt, maxAttempts }) => {
    attempts.push([attempt, maxAttempts]);
    if (attempt < 3) throw new Error('not yet');
  });
  await queue.producer().enqueue(job, { id: 'a' });
  await eventually(() => expect(outcomes(queue.ended)).toEqual(['retried', 'retried', 'completed']));
  expect(attempts).toEqual([
    [1, 3],
    [2, 3],
    [3, 3],
  ]);
});

test('a job ends when all of its attempts have failed', async () => {
  const queue = queueInTest();
  queue.worker(job, () => Promise.reject(new Error('never')));
  await queue.producer().enqueue(job, { id: 'a' });
  await eventually(() => expect(outcomes(queue.ended)).toEqual(['retried', 'retried', 'failed']));
  await eventually(async () => expect(await queue.isStored('a')).toBe(false));
});

test('a permanent failure ends a job at its first attempt', async () => {
  const queue = queueInTest();
  queue.worker(job, () => Promise.reject(new PermanentFailure('no')));
  await queue.producer().enqueue(job, { id: 'a' });
  await eventually(() => expect(outcomes(queue.ended)).toEqual(['failed']));
  await eventually(async () => expect(await queue.isStored('a')).toBe(false));
});

test('a failure with a retry time is not retried earlier', async () => {
  const queue = queueInTest();
  const at: number[] = [];
  queue.worker(job, async ({ attempt }) => {
    at.push(performance.now());
    if (attempt === 1) throw new AppError('RATE_LIMITED', { retryAfterSeconds: 1 });
  });
  await queue.producer().enqueue(job, { id: 'a' });
  await eventually(() => expect(outcomes(queue.ended)).toEqual(['retried', 'completed']));
  expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(990);
});

test('an attempt that takes too long is aborted and tried again', async () => {
  const queue = queueInTest();
  const slow = testJob({ timeoutMs: 50, attempts: 2 });
  const why: unknown[] = [];
  queue.worker(slow, async (context) => {
    if (context.attempt === 2) return;
    expect(context.remainingMs()).toBeLessThanOrEqual(50);
    await untilAborted(context).finally(() => why.push(interruptionOf(context.signal)));
  });
  await queue.producer().enqueue(slow, { id: 'a' });
  await eventually(() => expect(outcomes(queue.ended)).toEqual(['retried', 'completed']));
  expect(why).toEqual(['timed out']);
});

test('a cancelled job is aborted wherever it runs, and not tried again', async () => {
  const queue = queueInTest();
  const elsewhere = queue.producer();
  let running: JobContext | undefined;
  queue.worker(job, (context) => {
    running = context;
    return untilAborted(context);
  });
  await elsewhere.enqueue(job, { id: 'a' });
  await eventually(() => expect(running).toBeDefined());
  await eventually(async () => {
    await elsewhere.abort('a');
    expect(outcomes(queue.ended)).toEqual(['cancelled']);
  });
  expect(running && interruptionOf(running.signal)).toBe('cancelled');
  await eventually(async () => expect(await queue.isStored('a')).toBe(false));
});

test('a stopping worker finishes its jobs and takes no more', async () => {
  const queue = queueInTest();
  const producer = queue.producer();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const seen: string[] = [];
  const host = queue.worker(
    job,
    async ({ jobId }) => {
      seen.push(jobId);
      await released;
    },
    { concurrency: 1 },
  );
  for (const id of ['running', 'waiting']) await producer.enqueue(job, { id });
  await eventually(() => expect(seen).toEqual(['running']));
  const stopped = host.stop(10_000);
  release();
  await stopped;
  expect(outcomes(queue.ended)).toEqual(['completed']);
  expect(seen).toEqual(['running']);
});

test('jobs that outlast a stopping worker’s grace period move to an idle worker at once, with all attempts left', async () => {
  const queue = queueInTest();
  const seen: string[] = [];
  const first = queue.worker(job, (context) => {
    seen.push('first');
    return untilAborted(context);
  });
  await queue.producer().enqueue(job, { id: 'a' });
  await eventually(() => expect(seen).toEqual(['first']));
  queue.worker(job, async ({ attempt }) => void seen.push(`second, attempt ${attempt}`));
  await eventually(async () => expect(await queue.idleWorkers()).toBe(2));
  await first.stop(10);
  await eventually(() => expect(seen).toContain('second, attempt 1'), { timeoutMs: 2_000 });
  expect(outcomes(queue.ended)).toContain('handed over');
});

test('user input does not reach Redis, not even in the message of a failure', async () => {
  const queue = queueInTest();
  const secret = 'a bakery in Lisbon';
  const slowRetry = testJob({ backoffMs: 60_000 });
  queue.worker(slowRetry, () => Promise.reject(new Error(secret)));
  await queue.producer().enqueue(slowRetry, { id: 'a' });
  const stored = await eventually(async () => {
    const hash = await queue.redis.client.hgetall(queue.keyOf('a'));
    expect(hash.failedReason).toBe('Error');
    return hash;
  });
  const events = await queue.redis.client.xrange(queue.connection.keys('queue', 'jobs', 'events'), '-', '+');
  expect(JSON.stringify([stored, events])).not.toContain(secret);
});

test('no more jobs start within a minute than the rate limit allows', async () => {
  const queue = queueInTest();
  const producer = queue.producer();
  const seen: string[] = [];
  for (const id of ['a', 'b', 'c']) await producer.enqueue(job, { id });
  queue.worker(job, async ({ jobId }) => void seen.push(jobId), { rateLimitPerMinute: 2 });
  await eventually(() => expect(seen).toEqual(['a', 'b']));
  await eventually(async () => {
    const limited = await queue.redis.client.pttl(queue.connection.keys('queue', 'jobs', 'limiter'));
    expect(limited).toBeGreaterThan(50_000);
  });
  expect(seen).toEqual(['a', 'b']);
});

test('an idle worker stops within seconds while Redis is unavailable, however long its jobs may take', async () => {
  const queue = queueInTest();
  const host = queue.worker(job, async () => undefined, { redisUrl: 'redis://127.0.0.1:1' });
  const begunAt = performance.now();
  await host.stop(60_000);
  expect(performance.now() - begunAt).toBeLessThan(4_000);
});
