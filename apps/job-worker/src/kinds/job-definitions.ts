import type { JobDefinition } from '@valuecanvas/contracts-core';
import { type JobName, jobCatalogue } from '@valuecanvas/contracts-job-worker';

/** A definition of the catalogue. */
export type CatalogueJob = JobDefinition & { readonly name: JobName };

/** Time beyond the deadline of a request to a model within which its attempt records the outcome. */
const marginMs = 30_000;

/** Returns the catalogue with the timeouts of a deployment: an attempt lasts longer than its request to a model. */
export function jobDefinitions(modelDeadlineMs: number): readonly CatalogueJob[] {
  const definitions: readonly CatalogueJob[] = Object.values(jobCatalogue);
  return definitions.map((job) =>
    job.waitsForModel ? { ...job, timeoutMs: Math.max(job.timeoutMs, modelDeadlineMs + marginMs) } : job,
  );
}
