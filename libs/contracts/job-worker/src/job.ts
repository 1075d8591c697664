import { field } from '@valuecanvas/contracts-core';
import { completionFacts } from '@valuecanvas/contracts-llm-router';
import Type, { type Static } from 'typebox';

export const jobTypes = [
  'canvas_generation',
  'canvas_variant',
  'canvas_refinement',
  'custom_prompt',
] as const;
export type JobType = (typeof jobTypes)[number];

export const jobStatuses = ['queued', 'active', 'completed', 'failed', 'delayed', 'cancelled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

const type = Type.Enum(jobTypes, { description: 'Kind of the job.' });
const status = Type.Enum(jobStatuses, { description: 'State of the job.' });

export const Job = Type.Object(
  {
    jobId: field.uuid('Id of the job.'),
    type,
    status,
    progress: Type.Integer({ minimum: 0, maximum: 100, description: 'Progress in percent.' }),
    attempts: field.count(
      'Attempts that count: not those that waited for an unavailable dependency or lost their worker.',
    ),
    createdAt: field.timestamp('Time of submission.'),
    startedAt: Type.Optional(field.timestamp('Start of the latest attempt.')),
    finishedAt: Type.Optional(field.timestamp('End of the job.')),
    error: Type.Optional(
      Type.Object(
        {
          code: Type.String({ description: 'Machine-readable code.' }),
          message: Type.String({ description: 'Human-readable reason.' }),
        },
        { description: 'Reason of the latest failure.' },
      ),
    ),
    statusUrl: Type.String({ description: 'URL of the job’s status.' }),
    resultUrl: Type.Optional(
      Type.String({ description: 'URL of the result. Present when the job is completed.' }),
    ),
  },
  { title: 'Job', description: 'A background job.' },
);
export type Job = Static<typeof Job>;

export const OwnJob = Type.Object(
  {
    ...Job.properties,
    request: Type.Record(Type.String(), Type.Unknown(), {
      description: 'The submitted request, without its type, priority and metadata.',
    }),
    metadata: Type.Record(Type.String(), Type.Unknown(), { description: 'The submitted metadata.' }),
  },
  { title: 'OwnJob', description: 'A background job with its request.' },
);
export type OwnJob = Static<typeof OwnJob>;

export const JobResult = Type.Object(
  {
    jobId: field.uuid('Id of the job.'),
    type,
    content: Type.String({
      description: 'Output of the model: text, or a canvas or suggestions as JSON.',
    }),
    canvasId: Type.Optional(field.uuid('Canvas that was generated or refined, or the new variant.')),
    ...completionFacts,
    createdAt: field.timestamp('Time at which the result was stored.'),
  },
  { title: 'JobResult', description: 'Result of a completed job. It is kept for 90 days.' },
);
export type JobResult = Static<typeof JobResult>;

export const jobParams = Type.Object({ jobId: field.uuid('Id of the job.') });
