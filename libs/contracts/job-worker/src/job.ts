import { field } from '@valuecanvas/contracts-core';
import { completionFacts } from '@valuecanvas/contracts-llm-router';
import Type, { type Static } from 'typebox';

export const jobTypes = ['canvas_generation', 'canvas_refinement', 'custom_prompt'] as const;
export type JobType = (typeof jobTypes)[number];

export const jobStatuses = ['queued', 'active', 'completed', 'failed', 'delayed', 'cancelled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

const type = Type.Enum(jobTypes, { description: 'What is to be done.' });
const status = Type.Enum(jobStatuses, { description: 'Where the job stands.' });

export const Job = Type.Object(
  {
    jobId: field.uuid('Id of the job.'),
    type,
    status,
    progress: Type.Integer({ minimum: 0, maximum: 100, description: 'Progress in percent.' }),
    attempts: field.count('Attempts begun.'),
    createdAt: field.timestamp('When it was submitted.'),
    startedAt: Type.Optional(field.timestamp('When its latest attempt began.')),
    finishedAt: Type.Optional(field.timestamp('When it ended.')),
    error: Type.Optional(
      Type.Object(
        {
          code: Type.String({ description: 'Machine-readable code.' }),
          message: Type.String({ description: 'What went wrong.' }),
        },
        { description: 'Why it failed.' },
      ),
    ),
    statusUrl: Type.String({ description: 'Where to ask for the status.' }),
    resultUrl: Type.Optional(Type.String({ description: 'Where the result is, once there is one.' })),
  },
  { title: 'Job', description: 'Work that is done in the background.' },
);
export type Job = Static<typeof Job>;

export const JobResult = Type.Object(
  {
    jobId: field.uuid('Id of the job.'),
    type,
    content: Type.String({ description: 'What the model gave: text, or the canvas or suggestions as JSON.' }),
    canvasId: Type.Optional(field.uuid('Canvas that was made or refined.')),
    ...completionFacts,
    createdAt: field.timestamp('When the result was stored.'),
  },
  { title: 'JobResult', description: 'What a job has brought about.' },
);
export type JobResult = Static<typeof JobResult>;

export const AcceptedJob = Type.Object(
  {
    jobId: field.uuid('Id of the job.'),
    status: Type.Literal('queued', { description: 'Always queued.' }),
    statusUrl: Type.String({ description: 'Where to ask for the status.' }),
  },
  { title: 'AcceptedJob', description: 'A job that will be done.' },
);
export type AcceptedJob = Static<typeof AcceptedJob>;

export const jobParams = Type.Object({ jobId: field.uuid('Id of the job.') });
