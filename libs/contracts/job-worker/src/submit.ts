import { data, defineRoute, field, strictObject, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { AcceptedJob, jobTypes } from './job.ts';

export const SubmitJobRequest = strictObject(
  {
    type: Type.Enum(jobTypes, { description: 'What is to be done.' }),
    promptKey: Type.Optional(
      Type.String({ maxLength: 100, description: 'Prompt to use; the usual one of the type where absent.' }),
    ),
    promptVariables: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: 100_000 }), {
        description: 'Values for the prompt.',
      }),
    ),
    prompt: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100_000,
        description: 'The question itself, for custom_prompt.',
      }),
    ),
    canvasId: Type.Optional(field.uuid('Canvas to refine, for canvas_refinement.')),
    section: Type.Optional(
      Type.String({ maxLength: 50, description: 'Block to refine, for canvas_refinement.' }),
    ),
    model: Type.Optional(Type.String({ maxLength: 200, description: 'Model.' })),
    maxTokens: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 131_072, description: 'Largest answer in tokens.' }),
    ),
    temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2, description: 'Randomness.' })),
    priority: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 10, description: 'Higher goes first; 0 where absent.' }),
    ),
    metadata: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'Kept with the job.' }),
    ),
  },
  { title: 'SubmitJobRequest', description: 'Work to be done in the background.' },
);
export type SubmitJobRequest = Static<typeof SubmitJobRequest>;

export const submitJob = defineRoute({
  id: 'queue.submit',
  method: 'POST',
  path: '/api/queue/llm',
  summary: 'Submit a job',
  description: 'Stores the job and queues it; it survives the loss of any process and of Redis.',
  auth: user,
  body: SubmitJobRequest,
  bodyLimitBytes: 512 * 1024,
  status: 202,
  reply: data(AcceptedJob),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const SubmitBatchRequest = strictObject(
  { jobs: Type.Array(SubmitJobRequest, { minItems: 1, maxItems: 100, description: 'The jobs.' }) },
  { title: 'SubmitBatchRequest', description: 'Several jobs at once.' },
);

export const AcceptedBatch = Type.Object(
  {
    batchId: field.uuid('Id of the batch.'),
    jobs: Type.Array(
      Type.Object({
        jobId: field.uuid('Id of the job.'),
        status: Type.Literal('queued', { description: 'Always queued.' }),
      }),
      { description: 'The jobs, in the order of the request.' },
    ),
  },
  { title: 'AcceptedBatch', description: 'Jobs that will be done.' },
);
export type AcceptedBatch = Static<typeof AcceptedBatch>;

export const submitBatch = defineRoute({
  id: 'queue.submitBatch',
  method: 'POST',
  path: '/api/queue/llm/batch',
  summary: 'Submit several jobs',
  description: 'Stores all of the jobs or none.',
  auth: user,
  body: SubmitBatchRequest,
  bodyLimitBytes: 4 * 1024 * 1024,
  status: 202,
  reply: data(AcceptedBatch),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
