import { canvasGeneration, canvasRefinement, canvasVariant } from '@valuecanvas/contracts-canvas';
import { defineJob, defineJobs } from '@valuecanvas/contracts-core';
import { ChatRequest, cacheControlField, spendingJob } from '@valuecanvas/contracts-llm-router';
import { promptEvaluation } from '@valuecanvas/contracts-prompt-registry';
import Type from 'typebox';

const { model, maxTokens, temperature } = ChatRequest.properties;

export const customPrompt = defineJob({
  name: 'custom_prompt',
  description: 'Sends a prompt to a model for the user who submitted the job.',
  payload: Type.Object({
    prompt: Type.String({ minLength: 1, maxLength: 100_000, description: 'Text of the prompt.' }),
    model,
    maxTokens,
    temperature,
    cacheControl: cacheControlField,
  }),
  ...spendingJob,
});

const jobRetention = defineJob({
  name: 'job_retention',
  description:
    'Deletes the finished jobs, with their results, that are older than the retention of their kind.',
  payload: Type.Object({}),
  attempts: 3,
  backoffMs: 10_000,
  timeoutMs: 300_000,
  maxWaitMs: 3_600_000,
  retentionDays: 7,
  schedule: { everyMs: 3_600_000 },
});

/** All kinds of jobs that the job worker runs. A new kind also needs a handler in apps/job-worker/src/kinds. */
export const jobCatalogue = defineJobs(
  canvasGeneration,
  canvasVariant,
  canvasRefinement,
  customPrompt,
  promptEvaluation,
  jobRetention,
);

export type JobName = keyof typeof jobCatalogue;
