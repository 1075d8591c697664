import { setTimeout as wait } from 'node:timers/promises';
import { createWaitingRedis, subscribe } from '@valuecanvas/redis';
import { settlesWithin } from '@valuecanvas/resilience';
import { Worker } from 'bullmq';
import { backoffMs } from './backoff.ts';
import { cancelChannel, type QueueConnection, queueOptions, redisOptions } from './connection.ts';
import { Interruption } from './failures.ts';
import { createProcessor, type ProcessorOptions } from './processor.ts';
import { settleMs } from './run-attempt.ts';

/**
 * Times that a job may lose its worker before the queue drops it. A dropped job waits for the sweeper, so the owner of its row
 * should give up earlier.
 */
const maxStalledCount = 20;

/** Time limit for closing once no job runs. Closing takes that long only while Redis is unavailable. */
const closeMs = 2_000;

/** Interval at which a stopping host checks whether its jobs have ended. */
const pollMs = 20;

export interface WorkerHostOptions extends QueueConnection, ProcessorOptions {
  /** Jobs that this host runs at the same time. */
  readonly concurrency: number;
  /** Jobs that all hosts of the queue together start per minute. */
  readonly rateLimitPerMinute: number;
  /**
   * Milliseconds until the lock of a running job expires. A worker renews it at half of this. If the process crashes or
   * its event loop is blocked, another worker takes the job within twice this time.
   */
  readonly lockMs: number;
}

export interface WorkerHost {
  /**
   * Takes no more jobs, waits `graceMs` for the running ones, then aborts the rest and returns them to the queue, where
   * other workers find them at once. Resolves within a few seconds after `graceMs`.
   */
  stop(graceMs: number): Promise<void>;
}

/** Runs the jobs of a queue until it is stopped. */
export function startWorkerHost(options: WorkerHostOptions): WorkerHost {
  const redis = createWaitingRedis(redisOptions(options, 'worker'));
  const cancels = createWaitingRedis({ ...redisOptions(options, 'cancels'), onError: options.onError });
  const running = new Map<string, AbortController>();
  const worker = new Worker(options.queueName, createProcessor(options, running), {
    connection: redis,
    ...queueOptions(options),
    concurrency: options.concurrency,
    limiter: { max: options.rateLimitPerMinute, duration: 60_000 },
    lockDuration: options.lockMs,
    stalledInterval: options.lockMs,
    maxStalledCount,
    settings: {
      backoffStrategy: (attemptsMade, _type, failure, job) =>
        backoffMs(firstWaitMs(job?.opts.backoff), attemptsMade, failure),
    },
  });
  worker.on('error', options.onError);
  worker.on('stalled', (jobId) => options.log.warn({ jobId }, 'queue: worker lost, job queued again'));
  subscribe(cancels, cancelChannel(options), (jobId) => {
    if (jobId !== undefined) running.get(jobId)?.abort(new Interruption('cancelled'));
  });
  return {
    async stop(graceMs) {
      const closed = worker.close();
      await settlesWithin(Promise.race([closed, emptied(running)]), graceMs);
      if (running.size === 0) await settlesWithin(closed, closeMs);
      if (running.size > 0) {
        for (const abort of running.values()) abort.abort(new Interruption('stopping'));
        await settlesWithin(closed, settleMs + 1_000);
      }
      redis.disconnect();
      cancels.disconnect();
    },
  };
}

async function emptied(running: ReadonlyMap<string, unknown>): Promise<void> {
  while (running.size > 0) await wait(pollMs);
}

function firstWaitMs(backoff: unknown): number {
  const { delay } = (backoff ?? {}) as { delay?: unknown };
  return typeof delay === 'number' ? delay : 1_000;
}
