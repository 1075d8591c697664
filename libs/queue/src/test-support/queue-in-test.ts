import { randomUUID } from 'node:crypto';
import { defineJob, type JobDefinition } from '@valuecanvas/contracts-core';
import { createKeys } from '@valuecanvas/redis';
import { createTestRedis } from '@valuecanvas/testing';
import Type from 'typebox';
import { onTestFinished } from 'vitest';
import {
  createProducer,
  type JobContext,
  type QueueConnection,
  startWorkerHost,
  type WorkerHostOptions,
} from '../index.ts';

/** A job with short delays. Each test provides its handler. */
export const testJob = (settings: Partial<JobDefinition> = {}) =>
  defineJob({
    name: 'test',
    description: 'Runs the handler of a test.',
    payload: Type.Object({}),
    attempts: 3,
    backoffMs: 10,
    timeoutMs: 5_000,
    maxWaitMs: 60_000,
    retentionDays: 2,
    ...settings,
  });

type Run = (context: JobContext) => Promise<void>;

/** A separate queue for one test, in the real Redis. */
export function queueInTest() {
  const redis = createTestRedis();
  const connection: QueueConnection = {
    redisUrl: redis.url,
    name: 'test',
    keys: createKeys(redis.prefix),
    queueName: 'jobs',
    tracing: false,
    onError: () => undefined,
  };
  const ended: { job: string; outcome: string }[] = [];
  const warnings: object[] = [];
  const keyOf = (id: string) => connection.keys('queue', connection.queueName, id);
  // Registered first, so that it runs after the workers and producers of the test have been stopped.
  onTestFinished(() => redis.stop());

  return {
    redis,
    connection,
    /** Labels of the counted attempts. */
    ended,
    warnings,
    newId: () => randomUUID(),
    /** Redis key of a job. */
    keyOf,
    /** Number of this test's workers that wait for a job. */
    async idleWorkers(): Promise<number> {
      const list = (await redis.client.client('LIST')) as string;
      return list.split('\n').filter((line) => line.includes(redis.prefix) && line.includes('cmd=bzpopmin'))
        .length;
    },
    isStored: async (id: string) => (await redis.client.exists(keyOf(id))) === 1,

    producer(settings: Partial<QueueConnection> = {}) {
      const producer = createProducer({ ...connection, ...settings });
      onTestFinished(() => producer.close());
      return producer;
    },

    worker(job: JobDefinition, run: Run, settings: Partial<WorkerHostOptions> = {}) {
      const host = startWorkerHost({
        ...connection,
        handlers: [{ definition: job, run }],
        concurrency: 10,
        rateLimitPerMinute: 10_000,
        lockMs: 30_000,
        metrics: {
          counter: () => ({ inc: (labels) => ended.push(labels as never) }),
          histogram: () => ({ observe: () => undefined }),
        },
        log: { warn: (fields) => warnings.push(fields) },
        ...settings,
      });
      onTestFinished(() => host.stop(0));
      return host;
    },
  };
}
