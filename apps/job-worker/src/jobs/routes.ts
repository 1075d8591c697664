import type { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { JobsService } from './jobs.service.ts';

export const jobRoutes = (jobs: JobsService) =>
  ({
    submitJob: (call) =>
      jobs.submit({ owner: call.principal, traceContext: traceContextOf(call) }, call.body, call.keep),
    submitBatch: (call) =>
      jobs.submitBatch(
        { owner: call.principal, traceContext: traceContextOf(call) },
        call.body.jobs,
        call.keep,
      ),
    getJob: ({ principal, params }) => jobs.status(principal, params.jobId),
    getJobResult: ({ principal, params }) => jobs.result(principal, params.jobId),
    cancelJob: ({ principal, params }) => jobs.cancel(principal, params.jobId),
  }) satisfies Partial<HandlersOf<typeof jobWorkerContract>>;

/** The W3C trace headers of a request. Empty if the request belongs to no trace. */
function traceContextOf(call: { header(name: string): string | undefined }): Record<string, string> {
  const traceparent = call.header('traceparent');
  if (traceparent === undefined) return {};
  const tracestate = call.header('tracestate');
  return { traceparent, ...(tracestate === undefined ? {} : { tracestate }) };
}
