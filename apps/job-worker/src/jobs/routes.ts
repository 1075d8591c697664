import type { UserCall } from '@valuecanvas/contracts-core';
import type { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import { traceContextOf } from '@valuecanvas/queue';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { JobsService, Submission } from './jobs.service.ts';

export const jobRoutes = (jobs: JobsService) =>
  ({
    submitJob: (call) => jobs.submit(submissionOf(call), call.body, call.keep),
    submitBatch: (call) => jobs.submitBatch(submissionOf(call), call.body.jobs, call.keep),
    listJobs: ({ principal, page }) => jobs.list(principal, page),
    getJob: ({ principal, params }) => jobs.status(principal, params.jobId),
    getJobResult: ({ principal, params }) => jobs.result(principal, params.jobId),
    cancelJob: ({ principal, params }) => jobs.cancel(principal, params.jobId),
    getBatch: ({ principal, params }) => jobs.batch(principal, params.batchId),
    cancelBatch: ({ principal, params }) => jobs.cancelBatch(principal, params.batchId),
  }) satisfies Partial<HandlersOf<typeof jobWorkerContract>>;

function submissionOf(
  call: Pick<UserCall, 'principal'> & { header(name: string): string | undefined },
): Submission {
  return {
    owner: call.principal,
    traceContext: traceContextOf(call),
    cacheControl: call.header('cache-control'),
  };
}
