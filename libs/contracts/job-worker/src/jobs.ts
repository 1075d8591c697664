import { data, defineRoute, field, publicStatus, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { Job, JobResult, jobParams } from './job.ts';

export const getJob = defineRoute({
  id: 'queue.getJob',
  method: 'GET',
  path: '/api/queue/llm/:jobId',
  summary: 'Status of a job',
  description: 'State and progress of one of the caller’s jobs.',
  auth: user,
  params: jobParams,
  reply: data(Job),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const getJobResult = defineRoute({
  id: 'queue.getResult',
  method: 'GET',
  path: '/api/queue/llm/:jobId/result',
  summary: 'Result of a job',
  description: 'The stored result. NOT_FOUND until the job is completed.',
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
  description: 'Cancels a job that has not ended, even while it runs. CONFLICT if it has already ended.',
  auth: user,
  params: jobParams,
  reply: data(Job),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

export const QueueMetrics = Type.Object(
  {
    waiting: field.count('Jobs waiting for a worker.'),
    active: field.count('Jobs being worked on.'),
    completed: field.count('Jobs completed in the last 24 hours.'),
    failed: field.count('Jobs that failed in the last 24 hours.'),
    delayed: field.count('Jobs waiting for their next attempt.'),
    queueDepth: field.count('Jobs that are not finished.'),
    processingRate: Type.Number({
      minimum: 0,
      description: 'Jobs finished per minute, over the last five minutes.',
    }),
    oldestWaitingMs: field.milliseconds('Age of the oldest waiting job in milliseconds.'),
  },
  { title: 'QueueMetrics', description: 'Figures of the queue.' },
);
export type QueueMetrics = Static<typeof QueueMetrics>;

export const getQueueMetrics = defineRoute({
  id: 'queue.getMetrics',
  method: 'GET',
  path: '/api/queue/metrics',
  summary: 'Figures of the queue',
  description: 'Aggregate figures of all users’ jobs.',
  auth: publicStatus,
  reply: data(QueueMetrics),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
