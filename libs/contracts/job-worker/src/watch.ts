import { data, defineRoute, field, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { Job, JobResult, jobParams } from './job.ts';

/** Milliseconds that one stream lasts. A client that reconnects continues with the state of that time. */
const streamMaxMs = 3_600_000;

export const watchJob = defineRoute({
  id: 'queue.watch',
  method: 'GET',
  path: '/api/queue/llm/:jobId/events',
  summary: 'Watch a job',
  description:
    'Streams the job as it is and after each change, then its result as the event done. A job that fails or is cancelled ends with the event error. A client that sends last-event-id gets nothing that it has already received. With `accept: application/json`, the answer is the job as it is.',
  auth: user,
  params: jobParams,
  reply: data(Job),
  events: { status: Job, done: JobResult },
  streamMaxMs,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

const batchParams = Type.Object({ batchId: field.uuid('Id of the batch.') });

export const Batch = Type.Object(
  {
    batchId: field.uuid('Id of the batch.'),
    counts: Type.Object(
      {
        total: field.count('Jobs of the batch.'),
        unfinished: field.count('Jobs that have not ended.'),
        completed: field.count('Completed jobs.'),
        failed: field.count('Failed jobs.'),
        cancelled: field.count('Cancelled jobs.'),
      },
      { description: 'Numbers of jobs.' },
    ),
    jobs: Type.Array(Job, { description: 'The jobs, in the order of their submission.' }),
  },
  { title: 'Batch', description: 'Jobs that were submitted together.' },
);
export type Batch = Static<typeof Batch>;

export const getBatch = defineRoute({
  id: 'queue.getBatch',
  method: 'GET',
  path: '/api/queue/llm/batch/:batchId',
  summary: 'Get a batch',
  description: 'Returns the states of the jobs that you submitted together.',
  auth: user,
  params: batchParams,
  reply: data(Batch),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const cancelBatch = defineRoute({
  id: 'queue.cancelBatch',
  method: 'DELETE',
  path: '/api/queue/llm/batch/:batchId',
  summary: 'Cancel a batch',
  description:
    'Cancels the jobs of the batch that have not ended. Jobs that run end as soon as their workers are notified.',
  auth: user,
  params: batchParams,
  reply: data(Batch),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const watchBatch = defineRoute({
  id: 'queue.watchBatch',
  method: 'GET',
  path: '/api/queue/llm/batch/:batchId/events',
  summary: 'Watch a batch',
  description:
    'Streams each job of the batch as it is and after each change, then the batch as the event done when all of its jobs have ended. With `accept: application/json`, the answer is the batch as it is.',
  auth: user,
  params: batchParams,
  reply: data(Batch),
  events: { status: Job, done: Batch },
  streamMaxMs,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
