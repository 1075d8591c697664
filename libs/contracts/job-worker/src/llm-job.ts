import { defineJob, field } from '@valuecanvas/contracts-core';
import Type from 'typebox';

/** Work that ends in a call of a model; what is to be done stands in the job's row. */
export const llmJob = defineJob({
  name: 'llm',
  description: 'Generates, refines or asks, as the user who submitted it.',
  payload: Type.Object({ jobId: field.uuid('Row of the job.') }),
  attempts: 3,
  backoffMs: 2_000,
  timeoutMs: 120_000,
});
