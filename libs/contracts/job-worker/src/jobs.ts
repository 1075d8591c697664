import { data, defineRoute, field, publicStatus, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { Job, JobResult, jobParams } from './job.ts';

export const getJob = defineRoute({
  id: 'queue.getJob',
  method: 'GET',
  path: '/api/queue/llm/:jobId',
  summary: 'Status of a job',
  description: 'Where one of the caller’s jobs stands.',
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
  description: 'The stored result; NOT_FOUND until there is one.',
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
  description: 'Stops a job that has not ended, a running one included. CONFLICT where it has ended already.',
  auth: user,
  params: jobParams,
  reply: data(Job),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

export const QueueMetrics = Type.Object(
  {
    waiting: field.count('Jobs that wait for a worker.'),
    active: field.count('Jobs at work.'),
    completed: field.count('Jobs done in the last 24 hours.'),
    failed: field.count('Jobs failed in the last 24 hours.'),
    delayed: field.count('Jobs that wait for their next attempt.'),
    queueDepth: field.count('Jobs that are not finished.'),
    processingRate: Type.Number({
      minimum: 0,
      description: 'Jobs finished per minute, over the last five minutes.',
    }),
    oldestWaitingMs: field.milliseconds('Age of the oldest waiting job in milliseconds.'),
  },
  { title: 'QueueMetrics', description: 'How the queue does.' },
);
export type QueueMetrics = Static<typeof QueueMetrics>;

export const getQueueMetrics = defineRoute({
  id: 'queue.getMetrics',
  method: 'GET',
  path: '/api/queue/metrics',
  summary: 'Figures of the queue',
  description: 'Aggregate figures of all jobs.',
  auth: publicStatus,
  reply: data(QueueMetrics),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
