import { defineContract } from '@valuecanvas/contracts-core';
import { cancelAnyJob, getAnyJob, listAllJobs, redriveJobs } from './admin.ts';
import { cancelJob, getJob, getJobResult, getQueueMetrics, listJobs } from './jobs.ts';
import { listNotifications, redeliverNotification } from './notifications.ts';
import { submitBatch, submitJob } from './submit.ts';
import { cancelBatch, getBatch, watchBatch, watchJob } from './watch.ts';

export { AdminJob, maxRedrivenJobs, Redrive, type RedriveRequest } from './admin.ts';
export { customPrompt, type JobName, jobCatalogue } from './catalogue.ts';
export { Job, JobResult, type JobStatus, type JobType, jobTypes, OwnJob } from './job.ts';
export { QueueMetrics } from './jobs.ts';
export type { DeliveryStatus, NotificationChannel, SentNotification } from './notifications.ts';
export { AcceptedBatch, SubmitJobRequest, submitJob } from './submit.ts';
export { Batch, watchBatch, watchJob } from './watch.ts';

export const jobWorkerContract = defineContract({
  service: 'job-worker',
  title: 'Queue',
  description:
    'Background jobs that call models, with status, stored results and cancellation, and notifications of operators.',
  prefixes: ['/api/queue', '/api/admin/jobs', '/api/admin/notifications'],
  callers: ['gateway'],
  routes: {
    submitJob,
    submitBatch,
    listJobs,
    getJob,
    getJobResult,
    watchJob,
    cancelJob,
    getBatch,
    watchBatch,
    cancelBatch,
    getQueueMetrics,
    listAllJobs,
    getAnyJob,
    cancelAnyJob,
    redriveJobs,
    listNotifications,
    redeliverNotification,
  },
});
