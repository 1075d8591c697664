import type { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { AdminJobsService } from './admin-jobs.service.ts';

export const adminJobRoutes = (jobs: AdminJobsService) =>
  ({
    listAllJobs: ({ query: { cursor: _cursor, limit: _limit, ...filter }, page }) => jobs.list(filter, page),
    getAnyJob: ({ params }) => jobs.get(params.jobId),
    cancelAnyJob: (call) => jobs.cancel(call, call.params.jobId),
    redriveJobs: (call) => jobs.redrive(call, call.body),
  }) satisfies Partial<HandlersOf<typeof jobWorkerContract>>;
