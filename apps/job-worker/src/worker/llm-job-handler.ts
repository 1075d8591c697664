import { AppError, type CallContext, rolePermissions, type Tier, tiers } from '@valuecanvas/contracts-core';
import { llmJob, submitJob } from '@valuecanvas/contracts-job-worker';
import {
  handleJob,
  interruptionOf,
  type JobContext,
  type JobHandler,
  PermanentFailure,
} from '@valuecanvas/queue';
import type { Logger } from '@valuecanvas/service-kit';
import { planJob } from '../jobs/plan-job.ts';
import type { Attempt, AttemptsStore } from './attempts.store.ts';
import { failureOf, mayPass } from './failure.ts';
import { type Performers, perform } from './perform.ts';
import { storeSurely } from './store-surely.ts';

/**
 * Does a job as the user who submitted it. Any number of runs have one effect in the database: each raises the job's
 * fence, and only the latest one's end is written.
 */
export function createLlmJobHandler(parts: {
  readonly attempts: AttemptsStore;
  readonly performers: Performers;
  readonly log: Logger;
}): JobHandler {
  const { attempts, performers } = parts;

  const work = async (attempt: Attempt, context: JobContext): Promise<void> => {
    if (attempt.number > llmJob.attempts) throw lostTooOften(attempt);
    const plan = planJob(attempt.type, attempt.payload);
    const outcome = await perform(performers, plan, callOf(attempt, context), `job-${attempt.jobId}`);
    const status = await storeSurely(() => attempts.complete(attempt, outcome), context.signal);
    note(attempt, status ?? 'taken over');
  };

  /** Writes the failure down and tells the queue, by what it throws, whether there will be another attempt. */
  const giveUp = async (attempt: Attempt, error: unknown, context: JobContext): Promise<void> => {
    if (interruptionOf(context.signal) === 'stopping') {
      const released = await attempts.release(attempt);
      if (released === 'queued') throw error;
      return;
    }
    const failure = failureOf(error, context.signal);
    if (failure.code === 'INTERNAL_ERROR')
      parts.log.error({ err: error, jobId: attempt.jobId }, 'a job failed unexpectedly');
    const again = mayPass(failure) && attempt.number < llmJob.attempts;
    const status = await attempts.fail(attempt, again ? 'delayed' : 'failed', failure);
    note(attempt, status ?? 'taken over', failure.code);
    if (status === 'delayed') throw failure;
    if (status === 'failed') throw new PermanentFailure(failure.code);
  };

  const note = (attempt: Attempt, status: string, code?: string): void => {
    const { jobId, type, number } = attempt;
    parts.log.info({ jobId, type, attempt: number, status, ...(code === undefined ? {} : { code }) }, 'job');
  };

  return handleJob(llmJob, async ({ jobId }, context) => {
    const attempt = await attempts.claim(jobId);
    if (!attempt) return;
    await work(attempt, context).catch((error: unknown) => giveUp(attempt, error, context));
  });
}

function lostTooOften({ number }: Attempt): AppError {
  return new AppError('INTERNAL_ERROR', {
    message: `The job was begun ${number - 1} times and its worker was lost each time.`,
    retryHelps: false,
  });
}

/** The call goes out in the name of the submitter, with the tier of then; spending is booked under the submission. */
function callOf(attempt: Attempt, context: JobContext): CallContext {
  return {
    requestId: `${attempt.jobId}.${attempt.fence}`,
    principal: {
      kind: 'user',
      userId: attempt.userId,
      tier: tierOf(attempt.tier),
      role: 'user',
      permissions: rolePermissions.user,
    },
    operation: submitJob.id,
    jobId: attempt.jobId,
    signal: context.signal,
    remainingMs: context.remainingMs,
  };
}

function tierOf(text: string): Tier {
  return tiers.find((tier) => tier === text) ?? 'free';
}
