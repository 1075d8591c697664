import type { JobDefinition, PayloadOf } from '@valuecanvas/contracts-core';
import { createWaitingRedis, publish } from '@valuecanvas/redis';
import { type JobsOptions, Queue } from 'bullmq';
import { cancelChannel, type QueueConnection, queueOptions, redisOptions } from './connection.ts';
import { failFast } from './fail-fast.ts';

/** Highest priority that a job can have; 0 is the lowest. */
const highestPriority = 10;

export interface EnqueueOptions {
  /** Id of the job's row. */
  readonly id: string;
  /** 0 to 10, higher goes first; 0 where absent. */
  readonly priority?: number;
  /** `traceparent` and `tracestate` of the request that asked for the job: its work continues that trace. */
  readonly traceContext?: Readonly<Record<string, string>>;
}

/** Every method throws DEPENDENCY_UNAVAILABLE, within seconds, where Redis is away. */
export interface Producer {
  /** Adding an id that is queued or being worked on changes nothing; one that has ended may be added again. */
  enqueue<J extends JobDefinition>(job: J, payload: PayloadOf<J>, options: EnqueueOptions): Promise<void>;
  /** Takes a job out of the queue; one that is being worked on stays. */
  remove(id: string): Promise<void>;
  /** Has the worker that runs the job abort it. Whoever is not listening misses it, so it must only be a hint. */
  abort(id: string): Promise<void>;
  close(): Promise<void>;
}

/** The only way to put jobs into a queue. Its data are ids: what is to be done stands in the job's row. */
export function createProducer(connection: QueueConnection): Producer {
  const redis = createWaitingRedis(redisOptions(connection, 'producer'));
  const queue = new Queue(connection.queueName, { connection: redis, ...queueOptions(connection) });
  queue.on('error', connection.onError);
  return {
    async enqueue(job, payload, options) {
      await failFast(redis, () => queue.add(job.name, payload, jobOptions(job, options)));
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
    // BullMQ counts the other way round, and would let jobs without a priority pass all others.
    priority: highestPriority + 1 - (options.priority ?? 0),
    // The row says how a job ended. Kept here, it would also keep its id from being added again.
    removeOnComplete: true,
    removeOnFail: true,
    ...(options.traceContext
      ? { telemetry: { metadata: JSON.stringify(options.traceContext), omitContext: true } }
      : {}),
  };
}
