import { canvasContract } from '@valuecanvas/contracts-canvas';
import { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { createClient } from '@valuecanvas/http-client';
import { createInternalSigner, importSigningKey } from '@valuecanvas/identity';
import type { Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { JobWorkerConfig } from '../config.ts';
import type { Database } from '../db.ts';
import type { JobKinds } from './job-kinds.ts';
import { createJobRetention } from './job-retention.ts';
import { createModelJobs } from './model-jobs.ts';
import { createPromptEvaluation } from './prompt-evaluation.ts';

/** The work of every kind of job, with the clients of the services that do it. */
export async function composeKinds(
  { config, lifecycle, log, now }: Kit<JobWorkerConfig>,
  db: Kysely<Database>,
): Promise<JobKinds> {
  const key = await importSigningKey(config.INTERNAL_SIGNING_KEY);
  const sign = createInternalSigner({ issuer: jobWorkerContract.service, key, now });
  const canvas = createClient(canvasContract, { baseUrl: config.CANVAS_URL, sign });
  const llm = createClient(llmRouterContract, { baseUrl: config.LLM_ROUTER_URL, sign });
  const registry = createClient(promptRegistryContract, { baseUrl: config.PROMPT_REGISTRY_URL, sign });
  lifecycle.onStop('close', 'client of canvas', canvas.close);
  lifecycle.onStop('close', 'client of llm-router', llm.close);
  lifecycle.onStop('close', 'client of prompt-registry', registry.close);
  return {
    ...createModelJobs({ canvas: canvas.call, llm: llm.call }),
    prompt_evaluation: createPromptEvaluation(registry.call, config.LLM_DEADLINE),
    job_retention: createJobRetention(db, log),
  };
}
