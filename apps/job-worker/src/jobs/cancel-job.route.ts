import { cancelJob } from '@valuecanvas/contracts-job-worker';
import { serve } from '@valuecanvas/service-kit';
import type { JobsService } from './jobs.service.ts';

export const cancelJobRoute = (jobs: JobsService) =>
  serve(cancelJob, (call) => jobs.cancel(call.principal, call.params.jobId));
