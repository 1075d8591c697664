import type { canvasContract } from '@valuecanvas/contracts-canvas';
import type { JobResult, JobType } from '@valuecanvas/contracts-job-worker';
import type { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import type { ClientOf } from '@valuecanvas/http-client';
import type { JobCall, JobKinds, StoreEffect } from './job-kinds.ts';

/** Clients of the services that do the work. */
export interface Performers {
  readonly canvas: Pick<
    ClientOf<typeof canvasContract>,
    'generateCanvas' | 'createVariant' | 'refineSection'
  >;
  readonly llm: Pick<ClientOf<typeof llmRouterContract>, 'chat'>;
}

/** The kinds that users submit: each consists of one call of another service, whose answer is stored as the result. */
export function createModelJobs({ canvas, llm }: Performers): Pick<JobKinds, JobType> {
  return {
    async canvas_generation({ promptKey: _promptKey, promptVariables, cacheControl, ...choice }, call) {
      const userId = submitterOf(call);
      const made = await canvas.generateCanvas(
        { body: { ...promptVariables, ...choice }, headers: headersOf(call, cacheControl) },
        call,
      );
      if ('jobId' in made) throw submittedAgain();
      const content = JSON.stringify(made.canvas);
      return storeResult(call, userId, 'canvas_generation', { ...made, content });
    },

    async canvas_variant({ promptKey: _promptKey, canvasId, cacheControl, ...body }, call) {
      const userId = submitterOf(call);
      const made = await canvas.createVariant(
        { params: { id: canvasId }, body, headers: headersOf(call, cacheControl) },
        call,
      );
      if ('jobId' in made) throw submittedAgain();
      const content = JSON.stringify(made.canvas);
      return storeResult(call, userId, 'canvas_variant', { ...made, content });
    },

    async canvas_refinement(payload, call) {
      const { promptKey: _promptKey, canvasId, section, promptVariables, cacheControl, ...choice } = payload;
      const userId = submitterOf(call);
      const context = promptVariables?.context;
      const body = { section, ...(context === undefined ? {} : { context }), ...choice };
      const made = await canvas.refineSection(
        { params: { id: canvasId }, body, headers: headersOf(call, cacheControl) },
        call,
      );
      if ('jobId' in made) throw submittedAgain();
      const { suggestions, reasoning } = made;
      const content = JSON.stringify({ section, suggestions, reasoning });
      return storeResult(call, userId, 'canvas_refinement', { ...made, canvasId, content });
    },

    async custom_prompt({ cacheControl, ...body }, call) {
      const userId = submitterOf(call);
      const answer = await llm.chat({ body, headers: headersOf(call, cacheControl) }, call);
      return storeResult(call, userId, 'custom_prompt', answer);
    },
  };
}

/**
 * All attempts send the same idempotency key, so that the callee replays an answer that it has already stored. A redrive has a key
 * of its own, because the stored answer may be the refusal for which the job failed. Later attempts
 * bypass the cache, because a cached answer may be the reason why an earlier attempt failed.
 */
function headersOf({ jobId, attempt, redrives }: JobCall, submitted: string | undefined) {
  const caching = submitted ?? (attempt > 1 || redrives > 0 ? 'no-cache' : undefined);
  return {
    'idempotency-key': redrives === 0 ? `job-${jobId}` : `job-${jobId}-${redrives}`,
    ...(caching === undefined ? {} : { 'cache-control': caching }),
  };
}

/** Jobs do not send `prefer: respond-async`, so canvas must do the work itself. */
function submittedAgain(): Error {
  return new Error('The canvas service submitted a job to do this job.');
}

/** Returns the submitter. Throws before any spending if there is none, because no user could pay for and own the result. */
function submitterOf({ principal, jobId }: JobCall): string {
  if (principal.kind !== 'user') throw new Error(`The job ${jobId} has no submitter.`);
  return principal.userId;
}

type Outcome = Pick<
  JobResult,
  'content' | 'canvasId' | 'provider' | 'model' | 'usage' | 'costNanos' | 'latency' | 'cached'
>;

/** Stores the result once, however many attempts deliver one. */
function storeResult(call: JobCall, userId: string, type: JobType, outcome: Outcome): StoreEffect {
  return async (transaction) => {
    await transaction
      .insertInto('llm_job_results')
      .values({
        job_id: call.jobId,
        user_id: userId,
        type,
        content: outcome.content,
        canvas_id: outcome.canvasId ?? null,
        provider: outcome.provider,
        model: outcome.model,
        prompt_tokens: outcome.usage.promptTokens,
        completion_tokens: outcome.usage.completionTokens,
        cached_tokens: outcome.usage.cachedTokens,
        cost_nanos: BigInt(outcome.costNanos),
        latency_ms: Math.round(outcome.latency),
        cached: outcome.cached,
      })
      .onConflict((conflict) => conflict.column('job_id').doNothing())
      .execute();
  };
}
