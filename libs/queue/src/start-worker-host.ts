import { setTimeout as wait } from 'node:timers/promises';
import { createWaitingRedis, subscribe } from '@valuecanvas/redis';
import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { AttemptFailure, backoffMs, kindOf } from './backoff.ts';
import { cancelChannel, type QueueConnection, queueOptions, redisOptions } from './connection.ts';
import { Interruption, interruptionOf, PermanentFailure } from './failures.ts';
import type { JobHandler } from './job-handler.ts';
import { runAttempt, settleMs } from './run-attempt.ts';
import { type AttemptOutcome, createWorkerMeters, type MeterFactory } from './worker-meters.ts';

/** How often a job may lose its worker before the queue gives it up; whoever owns its row enqueues it again or not. */
const maxStalledCount = 2;

export interface WorkerHostOptions extends QueueConnection {
  readonly handlers: readonly JobHandler[];
  /** Jobs worked on at the same time by this host. */
  readonly concurrency: number;
  /** Jobs begun within a minute by all hosts of the queue. */
  readonly rateLimitPerMinute: number;
  /**
   * A worker renews the lock of each running job at half of this; a lock that ran out, because the process died or its
   * event loop stood still, sends the job to another worker within twice this time. Milliseconds.
   */
  readonly lockMs: number;
  readonly metrics: MeterFactory;
  readonly log: { warn(fields: object, message: string): void };
}

export interface WorkerHost {
  /**
   * Takes no more jobs from now on, waits `graceMs` for the running ones, aborts the rest and gives them back to the
   * queue, where other workers find them at once. Resolves within some seconds after `graceMs`.
   */
  stop(graceMs: number): Promise<void>;
}

/** Works on the jobs of a queue until it is stopped. */
export function startWorkerHost(options: WorkerHostOptions): WorkerHost {
  const redis = createWaitingRedis(redisOptions(options, 'worker'));
  const cancels = createWaitingRedis({ ...redisOptions(options, 'cancels'), onError: options.onError });
  const running = new Map<string, AbortController>();
  const worker = new Worker(options.queueName, attempts(options, running), {
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
  worker.on('stalled', (jobId) => options.log.warn({ jobId }, 'a job lost its worker and is queued again'));
  subscribe(cancels, cancelChannel(options), (jobId) => {
    if (jobId !== undefined) running.get(jobId)?.abort(new Interruption('cancelled'));
  });
  return {
    async stop(graceMs) {
      const closed = worker.close();
      if (!(await happens(closed, graceMs))) {
        for (const abort of running.values()) abort.abort(new Interruption('stopping'));
        await happens(closed, settleMs + 1_000);
      }
      redis.disconnect();
      cancels.disconnect();
    },
  };
}

/** What BullMQ calls for each job that it hands to this worker. */
function attempts(options: WorkerHostOptions, running: Map<string, AbortController>) {
  const handlers = new Map(options.handlers.map((handler) => [handler.definition.name, handler]));
  const meters = createWorkerMeters(options.metrics);

  const run = async (job: Job, jobId: string, abort: AbortController): Promise<void> => {
    const handler = handlers.get(job.name);
    // Another release may know it: the job waits for a worker that does.
    if (!handler) throw new Error(`No handler for ${job.name}.`);
    const attempt = { jobId, attempt: job.attemptsMade + 1, maxAttempts: job.opts.attempts ?? 1 };
    await runAttempt(handler, job.data, attempt, abort);
  };

  return async (job: Job, token?: string): Promise<void> => {
    const jobId = String(job.id);
    const abort = new AbortController();
    const begunAt = performance.now();
    running.set(jobId, abort);
    if (job.attemptsMade === 0) meters.waited(job.name, Math.max(0, Date.now() - job.timestamp));
    let outcome: AttemptOutcome = 'completed';
    try {
      await run(job, jobId, abort);
      if (interruptionOf(abort.signal) === 'cancelled') outcome = 'cancelled';
    } catch (error) {
      outcome = outcomeOf(error, abort.signal, job);
      options.log.warn({ jobId, job: job.name, outcome, kind: kindOf(error) }, 'an attempt at a job failed');
      throw await queueError(error, outcome, job, token);
    } finally {
      running.delete(jobId);
      meters.ended(job.name, outcome, performance.now() - begunAt);
    }
  };
}

function outcomeOf(error: unknown, signal: AbortSignal, job: Job): AttemptOutcome {
  const interruption = interruptionOf(signal);
  if (interruption === 'cancelled') return 'cancelled';
  if (error instanceof PermanentFailure) return 'failed';
  if (interruption === 'stopping') return 'handed over';
  return job.attemptsMade + 1 < (job.opts.attempts ?? 1) ? 'retried' : 'failed';
}

/** The error by which BullMQ knows what is to become of the job. */
async function queueError(
  error: unknown,
  outcome: AttemptOutcome,
  job: Job,
  token: string | undefined,
): Promise<Error> {
  if (outcome === 'cancelled' || error instanceof PermanentFailure)
    return new UnrecoverableError(kindOf(error));
  if (outcome !== 'handed over') return new AttemptFailure(error);
  await job.moveToWait(token);
  return new WaitingError();
}

function firstWaitMs(backoff: unknown): number {
  const { delay } = (backoff ?? {}) as { delay?: unknown };
  return typeof delay === 'number' ? delay : 1_000;
}

/** Whether something is done within the given milliseconds. */
async function happens(work: Promise<unknown>, withinMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = wait(withinMs, false, { signal: timer.signal, ref: false }).catch(() => false);
  const done = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    timer.abort();
  }
}
