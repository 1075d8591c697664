import { getJob } from '@valuecanvas/contracts-job-worker';
import { serve } from '@valuecanvas/service-kit';
import type { JobsService } from './jobs.service.ts';

export const getJobRoute = (jobs: JobsService) =>
  serve(getJob, (call) => jobs.status(call.principal, call.params.jobId));
