import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { AttemptFailure, kindOf } from './backoff.ts';
import { interruptionOf, PermanentFailure } from './failures.ts';
import type { JobHandler } from './job-handler.ts';
import { runAttempt } from './run-attempt.ts';
import { type AttemptOutcome, createWorkerMeters, type MeterFactory } from './worker-meters.ts';

/** What is needed to work on jobs, wherever they come from. */
export interface ProcessorOptions {
  readonly handlers: readonly JobHandler[];
  readonly metrics: MeterFactory;
  readonly log: { warn(fields: object, message: string): void };
}

/** What BullMQ calls for each job that it hands to a worker; `running` holds the attempts at work, by their job's id. */
export function createProcessor(options: ProcessorOptions, running: Map<string, AbortController>) {
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
  // Not moveToWait: that wakes no idle worker, which would find the job only with its next poll, seconds later.
  await job.moveToDelayed(Date.now(), token);
  return new DelayedError();
}
