import { data, defineRoute, field, list, listQuery, publicStatus, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { Job, JobResult, jobParams, OwnJob } from './job.ts';

export const getJob = defineRoute({
  id: 'queue.getJob',
  method: 'GET',
  path: '/api/queue/llm/:jobId',
  summary: 'Get a job',
  description: 'Returns the state and progress of one of your jobs.',
  auth: user,
  params: jobParams,
  reply: data(Job),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const listJobs = defineRoute({
  id: 'queue.listJobs',
  method: 'GET',
  path: '/api/queue/llm',
  summary: 'List your jobs',
  description: "The caller's jobs with their requests, newest first.",
  auth: user,
  query: listQuery(),
  reply: list(OwnJob),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const getJobResult = defineRoute({
  id: 'queue.getResult',
  method: 'GET',
  path: '/api/queue/llm/:jobId/result',
  summary: 'Get the result of a job',
  description: 'Returns the stored result. Fails with NOT_FOUND until the job is completed.',
  auth: user,
  params: jobParams,
  reply: data(JobResult),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const cancelJob = defineRoute({
  id: 'queue.cancel',
  method: 'DELETE',
  path: '/api/queue/llm/:jobId',
  summary: 'Cancel a job',
  description: 'Cancels a job that has not ended, even while it runs. Fails with CONFLICT if it has ended.',
  auth: user,
  params: jobParams,
  reply: data(Job),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

export const QueueMetrics = Type.Object(
  {
    waiting: field.count('Jobs waiting for a worker.'),
    active: field.count('Running jobs.'),
    completed: field.count('Jobs completed in the last 24 hours.'),
    failed: field.count('Jobs that failed in the last 24 hours.'),
    delayed: field.count('Jobs waiting for their next attempt.'),
    queueDepth: field.count('Unfinished jobs.'),
    processingRate: Type.Number({
      minimum: 0,
      description: 'Jobs finished per minute, over the last five minutes.',
    }),
    oldestWaitingMs: field.milliseconds('Age of the oldest waiting job in milliseconds.'),
  },
  { title: 'QueueMetrics', description: 'Statistics of the queue.' },
);
export type QueueMetrics = Static<typeof QueueMetrics>;

export const getQueueMetrics = defineRoute({
  id: 'queue.getMetrics',
  method: 'GET',
  path: '/api/queue/metrics',
  summary: 'Get statistics of the queue',
  description: 'Returns aggregate figures of all users’ jobs.',
  auth: publicStatus,
  reply: data(QueueMetrics),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
