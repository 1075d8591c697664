import { jobCatalogue } from '@valuecanvas/contracts-job-worker';
import { expect, test } from 'vitest';
import { jobDefinitions } from './job-definitions.ts';

const timeouts = (modelDeadlineMs: number) =>
  Object.fromEntries(jobDefinitions(modelDeadlineMs).map(({ name, timeoutMs }) => [name, timeoutMs]));

test('an attempt outlasts the deadline of its request to a model', () => {
  expect(timeouts(600_000)).toEqual({
    canvas_generation: 630_000,
    canvas_variant: 630_000,
    canvas_refinement: 630_000,
    custom_prompt: 630_000,
    prompt_evaluation: jobCatalogue.prompt_evaluation.timeoutMs,
    job_retention: jobCatalogue.job_retention.timeoutMs,
  });
});

test('a short deadline does not shorten an attempt', () => {
  expect(timeouts(1_000).custom_prompt).toBe(jobCatalogue.custom_prompt.timeoutMs);
});
