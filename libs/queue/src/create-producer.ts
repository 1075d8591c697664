import type { JobDefinition } from '@valuecanvas/contracts-core';
import { createWaitingRedis, publish } from '@valuecanvas/redis';
import { type JobsOptions, Queue } from 'bullmq';
import { cancelChannel, type QueueConnection, queueOptions, redisOptions } from './connection.ts';
import { failFast } from './fail-fast.ts';

/** Highest priority that a job can have; 0 is the lowest. */
const highestPriority = 10;

export interface EnqueueOptions {
  /** Id of the job's row. */
  readonly id: string;
  /** 0 to 10, higher first. Default 0. */
  readonly priority?: number;
  /** `traceparent` and `tracestate` of the request that submitted the job: its work continues that trace. */
  readonly traceContext?: Readonly<Record<string, string>>;
}

/** Puts jobs into a queue. Every method throws DEPENDENCY_UNAVAILABLE within seconds while Redis is unavailable. */
export interface Producer {
  /** Adds a job of any kind. An id that is queued or running is ignored; one that has ended can be added again. */
  enqueue(job: JobDefinition, options: EnqueueOptions): Promise<void>;
  /** Removes a waiting job from the queue. A running one stays. */
  remove(id: string): Promise<void>;
  /** Tells the worker that runs the job to abort it. A hint only: a disconnected worker misses it. */
  abort(id: string): Promise<void>;
  close(): Promise<void>;
}

/** The queue stores only the kind and the id of a job. The payload stays in the job's row. */
export function createProducer(connection: QueueConnection): Producer {
  const redis = createWaitingRedis(redisOptions(connection, 'producer'));
  const queue = new Queue(connection.queueName, { connection: redis, ...queueOptions(connection) });
  queue.on('error', connection.onError);
  return {
    async enqueue(job, options) {
      await failFast(redis, () => queue.add(job.name, {}, jobOptions(job, options)));
    },
    async remove(id) {
      await failFast(redis, () => queue.remove(id));
    },
    async abort(id) {
      await failFast(redis, () => publish(redis, cancelChannel(connection), id));
    },
    async close() {
      await queue.close();
      redis.disconnect();
    },
  };
}

function jobOptions(job: JobDefinition, options: EnqueueOptions): JobsOptions {
  return {
    jobId: options.id,
    attempts: job.attempts,
    backoff: { type: 'definition', delay: job.backoffMs },
    // In BullMQ lower numbers go first, and jobs without a priority overtake all others.
    priority: highestPriority + 1 - (options.priority ?? 0),
    // The row records how a job ended. A finished job in Redis would block its id from being added again.
    removeOnComplete: true,
    removeOnFail: true,
    ...(options.traceContext
      ? { telemetry: { metadata: JSON.stringify(options.traceContext), omitContext: true } }
      : {}),
  };
}
