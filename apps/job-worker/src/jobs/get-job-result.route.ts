import { getJobResult } from '@valuecanvas/contracts-job-worker';
import { serve } from '@valuecanvas/service-kit';
import type { JobsService } from './jobs.service.ts';

export const getJobResultRoute = (jobs: JobsService) =>
  serve(getJobResult, (call) => jobs.result(call.principal, call.params.jobId));
