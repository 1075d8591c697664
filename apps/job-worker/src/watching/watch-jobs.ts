import { hash } from 'node:crypto';
import { AppError, isErrorCode } from '@valuecanvas/contracts-core';
import type { Job, jobWorkerContract, watchBatch, watchJob } from '@valuecanvas/contracts-job-worker';
import { type Call, eventStream, type HandlersOf, serverEvents, stream } from '@valuecanvas/service-kit';
import type { JobsService } from '../jobs/jobs.service.ts';
import type { JobChanges } from './job-changes.ts';

interface WatchingParts {
  readonly jobs: Pick<JobsService, 'status' | 'result' | 'batch'>;
  readonly changes: Pick<JobChanges, 'follow'>;
}

export const watchRoutes = ({ jobs, changes }: WatchingParts) =>
  ({
    async watchJob(call) {
      const { principal, params, lastEventId } = call;
      const job = await jobs.status(principal, params.jobId);
      if (!wantsEvents(call)) return job;
      return stream({}, async (sink) => {
        const events = serverEvents<typeof watchJob>(call, sink);
        let received = lastEventId;
        for await (const _round of rounds(changes, [params.jobId], call)) {
          const latest = await jobs.status(principal, params.jobId);
          const version = versionOf(latest);
          if (version !== received) await events.send('status', latest, version);
          received = version;
          if (latest.status === 'completed') return events.done(await jobs.result(principal, params.jobId));
          if (hasEnded(latest)) return events.report(failureOf(latest));
        }
      });
    },

    async watchBatch(call) {
      const { principal, params } = call;
      const batch = await jobs.batch(principal, params.batchId);
      if (!wantsEvents(call)) return batch;
      return stream({}, async (sink) => {
        const events = serverEvents<typeof watchBatch>(call, sink);
        const sent = new Map<string, string>();
        const jobIds = batch.jobs.map(({ jobId }) => jobId);
        for await (const _round of rounds(changes, jobIds, call)) {
          const latest = await jobs.batch(principal, params.batchId);
          for (const job of latest.jobs) {
            const version = versionOf(job);
            if (sent.get(job.jobId) !== version) await events.send('status', job);
            sent.set(job.jobId, version);
          }
          if (latest.counts.unfinished === 0) return events.done(latest);
        }
      });
    },
  }) satisfies Partial<HandlersOf<typeof jobWorkerContract>>;

function wantsEvents(call: Pick<Call, 'accepts'>): boolean {
  return call.accepts(eventStream, 'application/json') !== 'application/json';
}

/** Yields at once, and again after each change of a job, until the client disconnects or the service stops. */
async function* rounds(
  changes: Pick<JobChanges, 'follow'>,
  jobIds: readonly string[],
  call: Pick<Call, 'signal' | 'draining'>,
): AsyncGenerator<void, void, undefined> {
  const over = AbortSignal.any([call.signal, call.draining]);
  let changed = Promise.withResolvers<void>();
  const wake = (): void => changed.resolve();
  const unfollow = changes.follow(jobIds, wake);
  over.addEventListener('abort', wake, { once: true });
  try {
    while (!over.aborted) {
      changed = Promise.withResolvers();
      yield;
      await changed.promise;
    }
  } finally {
    unfollow();
    over.removeEventListener('abort', wake);
  }
}

/** An id of the job's state, so that a client that resumes does not get again what it has. */
function versionOf(job: Job): string {
  return hash('md5', JSON.stringify(job), 'base64url');
}

function hasEnded({ status }: Job): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** The reason for which a job ended without a result. */
function failureOf({ status, error }: Job): AppError {
  if (status === 'cancelled') return new AppError('CONFLICT', { message: 'The job was cancelled.' });
  const code = isErrorCode(error?.code) ? error.code : 'INTERNAL_ERROR';
  return new AppError(code, { ...(error ? { message: error.message } : {}), retryHelps: false });
}
