import { submitBatch } from '@valuecanvas/contracts-job-worker';
import { serve } from '@valuecanvas/service-kit';
import type { JobsService } from './jobs.service.ts';
import { traceContextOf } from './trace-context.ts';

export const submitBatchRoute = (jobs: JobsService) =>
  serve(submitBatch, (call) =>
    jobs.submitBatch({ owner: call.principal, traceContext: traceContextOf(call) }, call.body.jobs),
  );
