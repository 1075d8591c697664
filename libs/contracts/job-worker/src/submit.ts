import { canvasGeneration, canvasRefinement, canvasVariant } from '@valuecanvas/contracts-canvas';
import {
  AcceptedJob,
  accepted,
  data,
  defineRoute,
  field,
  strictObject,
  taggedUnion,
  user,
} from '@valuecanvas/contracts-core';
import { cacheRequestHeader } from '@valuecanvas/contracts-llm-router';
import Type, { type Static } from 'typebox';
import { customPrompt } from './catalogue.ts';

/** Fields of the other types. They are accepted and ignored, so that a client can send one shape for all types. */
const otherFields = {
  promptVariables: Type.Optional(
    Type.Record(Type.String(), Type.String({ maxLength: 100_000 }), {
      description: 'Has no effect for this type.',
    }),
  ),
  prompt: Type.Optional(Type.String({ maxLength: 100_000, description: 'Has no effect for this type.' })),
  canvasId: Type.Optional(field.uuid('Has no effect for this type.')),
  section: Type.Optional(Type.String({ maxLength: 50, description: 'Has no effect for this type.' })),
  kind: Type.Optional(Type.String({ maxLength: 500, description: 'Has no effect for this type.' })),
  maxTokens: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 131_072, description: 'Has no effect for this type.' }),
  ),
  temperature: Type.Optional(
    Type.Number({ minimum: 0, maximum: 2, description: 'Has no effect for this type.' }),
  ),
};

/** Fields that every type has. */
const commonFields = {
  priority: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 10,
      description: 'Jobs with a higher priority run first. Default 0.',
    }),
  ),
  metadata: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'Any JSON object. It is stored with the job.',
    }),
  ),
};

/** The fields of a payload that a body has. `cacheControl` comes from a header. */
function bodyOf<P extends { readonly cacheControl: unknown }>({ cacheControl: _, ...fields }: P) {
  return fields;
}

const type = <const T extends string>(name: T) => Type.Literal(name, { description: 'Kind of the job.' });

const CanvasGenerationJob = strictObject(
  {
    type: type(canvasGeneration.name),
    ...otherFields,
    ...bodyOf(canvasGeneration.payload.properties),
    ...commonFields,
  },
  { title: 'CanvasGenerationJob', description: canvasGeneration.description },
);

const CanvasVariantJob = strictObject(
  {
    type: type(canvasVariant.name),
    ...otherFields,
    ...bodyOf(canvasVariant.payload.properties),
    ...commonFields,
  },
  { title: 'CanvasVariantJob', description: canvasVariant.description },
);

const CanvasRefinementJob = strictObject(
  {
    type: type(canvasRefinement.name),
    ...otherFields,
    ...bodyOf(canvasRefinement.payload.properties),
    ...commonFields,
  },
  { title: 'CanvasRefinementJob', description: canvasRefinement.description },
);

const CustomPromptJob = strictObject(
  {
    type: type(customPrompt.name),
    ...otherFields,
    ...bodyOf(customPrompt.payload.properties),
    ...commonFields,
  },
  { title: 'CustomPromptJob', description: customPrompt.description },
);

export const SubmitJobRequest = taggedUnion(
  'type',
  [CanvasGenerationJob, CanvasVariantJob, CanvasRefinementJob, CustomPromptJob],
  { description: 'A background job.' },
);
export type SubmitJobRequest = Static<typeof SubmitJobRequest>;

export const submitJob = defineRoute({
  id: 'queue.submit',
  method: 'POST',
  path: '/api/queue/llm',
  summary: 'Submit a job',
  description: 'Stores and queues a job. Stored jobs survive the loss of any process and of Redis.',
  auth: user,
  body: SubmitJobRequest,
  example: {
    type: 'canvas_generation',
    promptVariables: { businessDescription: 'A shop that repairs and sells used bicycles' },
  },
  bodyLimitBytes: 2 * 1024 * 1024,
  idempotent: true,
  requestHeaders: cacheRequestHeader,
  reply: accepted(AcceptedJob),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const SubmitBatchRequest = strictObject(
  { jobs: Type.Array(SubmitJobRequest, { minItems: 1, maxItems: 100, description: 'The jobs.' }) },
  { title: 'SubmitBatchRequest', description: 'Several jobs to submit together.' },
);

export const AcceptedBatch = Type.Object(
  {
    batchId: field.uuid('Id of the batch.'),
    jobs: Type.Array(AcceptedJob, { description: 'The jobs, in the order of the request.' }),
  },
  { title: 'AcceptedBatch', description: 'Jobs that were accepted together.' },
);
export type AcceptedBatch = Static<typeof AcceptedBatch>;

export const submitBatch = defineRoute({
  id: 'queue.submitBatch',
  method: 'POST',
  path: '/api/queue/llm/batch',
  summary: 'Submit several jobs',
  description: 'Stores all of the jobs or none of them.',
  auth: user,
  body: SubmitBatchRequest,
  example: {
    jobs: [
      { type: 'custom_prompt', prompt: 'How can a bakery find its first customers?' },
      { type: 'custom_prompt', prompt: 'How can a bakery reduce waste?' },
    ],
  },
  bodyLimitBytes: 8 * 1024 * 1024,
  idempotent: true,
  requestHeaders: cacheRequestHeader,
  status: 202,
  reply: data(AcceptedBatch),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
