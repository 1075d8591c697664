import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { AttemptFailure, kindOf } from './backoff.ts';
import { interruptionOf, PermanentFailure, Postponement } from './failures.ts';
import { type JobHandler, runAttempt } from './run-attempt.ts';
import { type AttemptOutcome, createWorkerMeters, type MeterFactory } from './worker-meters.ts';

/** The part of a worker host that does not depend on the queue's connection. */
export interface ProcessorOptions {
  readonly handlers: readonly JobHandler[];
  readonly metrics: MeterFactory;
  readonly log: { warn(fields: object, message: string): void };
}

/** Creates the function that BullMQ calls for each attempt. `running` holds the attempts in progress by job id. */
export function createProcessor(options: ProcessorOptions, running: Map<string, AbortController>) {
  const handlers = new Map(options.handlers.map((handler) => [handler.definition.name, handler]));
  const meters = createWorkerMeters(options.metrics);

  const run = async (job: Job, jobId: string, abort: AbortController): Promise<void> => {
    const handler = handlers.get(job.name);
    // A newer release may know this kind: the job waits for one of its workers.
    if (!handler) throw new Error(`No handler for ${job.name}.`);
    const attempt = { jobId, attempt: job.attemptsMade + 1, maxAttempts: job.opts.attempts ?? 1 };
    await runAttempt(handler, attempt, abort);
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
      options.log.warn({ jobId, job: job.name, outcome, kind: kindOf(error) }, 'queue: attempt failed');
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
  if (error instanceof Postponement) return 'postponed';
  return job.attemptsMade + 1 < (job.opts.attempts ?? 1) ? 'retried' : 'failed';
}

/** Translates the outcome into the error that tells BullMQ how to continue. */
async function queueError(
  error: unknown,
  outcome: AttemptOutcome,
  job: Job,
  token: string | undefined,
): Promise<Error> {
  if (outcome === 'cancelled' || error instanceof PermanentFailure)
    return new UnrecoverableError(kindOf(error));
  if (outcome !== 'handed over' && outcome !== 'postponed') return new AttemptFailure(error);
  // Not moveToWait: it wakes no idle worker, so the job would wait for the next poll, seconds later.
  const delayMs = error instanceof Postponement ? error.delayMs : 0;
  await job.moveToDelayed(Date.now() + delayMs, token);
  return new DelayedError();
}
