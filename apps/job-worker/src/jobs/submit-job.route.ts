import { submitJob } from '@valuecanvas/contracts-job-worker';
import { serve } from '@valuecanvas/service-kit';
import type { JobsService } from './jobs.service.ts';
import { traceContextOf } from './trace-context.ts';

export const submitJobRoute = (jobs: JobsService) =>
  serve(submitJob, (call) =>
    jobs.submit({ owner: call.principal, traceContext: traceContextOf(call) }, call.body),
  );
