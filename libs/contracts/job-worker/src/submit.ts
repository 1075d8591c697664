import { data, defineRoute, field, strictObject, user } from '@valuecanvas/contracts-core';
import { modelName } from '@valuecanvas/contracts-llm-router';
import Type, { type Static } from 'typebox';
import { AcceptedJob, jobTypes } from './job.ts';

export const SubmitJobRequest = strictObject(
  {
    type: Type.Enum(jobTypes, { description: 'What is to be done.' }),
    promptKey: Type.Optional(
      Type.String({
        maxLength: 100,
        description:
          'canvas.generate for canvas_generation, canvas.refine for canvas_refinement, or absent; absent for custom_prompt.',
      }),
    ),
    promptVariables: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: 100_000 }), {
        description:
          'What the request of the type holds besides: businessDescription and more for canvas_generation, context for canvas_refinement.',
      }),
    ),
    prompt: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100_000,
        description: 'The question itself, which custom_prompt needs.',
      }),
    ),
    canvasId: Type.Optional(field.uuid('Canvas to refine, which canvas_refinement needs.')),
    section: Type.Optional(
      Type.String({
        maxLength: 50,
        description: 'Block to refine, which canvas_refinement needs: one of the nine.',
      }),
    ),
    model: Type.Optional(modelName('One of those that GET /v1/models lists; as for the type where absent.')),
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
