import type { canvasContract } from '@valuecanvas/contracts-canvas';
import type { CallContext } from '@valuecanvas/contracts-core';
import type { JobResult } from '@valuecanvas/contracts-job-worker';
import type { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import type { ClientOf } from '@valuecanvas/http-client';
import type { JobPlan } from '../jobs/plan-job.ts';

/** What a job brought about, before it is stored. */
export type JobOutcome = Pick<
  JobResult,
  'content' | 'canvasId' | 'provider' | 'model' | 'usage' | 'costNanos' | 'latency' | 'cached'
>;

/** The services that do the work. */
export interface Performers {
  readonly canvas: Pick<ClientOf<typeof canvasContract>, 'generateCanvas' | 'refineSection'>;
  readonly llm: Pick<ClientOf<typeof llmRouterContract>, 'chat'>;
}

/** Makes the one call that a job consists of; throws the AppError of whoever refused it. */
export async function perform(
  { canvas, llm }: Performers,
  plan: JobPlan,
  call: CallContext,
  idempotencyKey: string,
): Promise<JobOutcome> {
  const headers = { 'idempotency-key': idempotencyKey };
  switch (plan.kind) {
    case 'generate': {
      const made = await canvas.generateCanvas({ body: plan.body, headers }, call);
      return { ...factsOf(made), content: JSON.stringify(made.canvas), canvasId: made.canvasId };
    }
    case 'refine': {
      const made = await canvas.refineSection(
        { params: { id: plan.canvasId }, body: plan.body, headers },
        call,
      );
      const { section, suggestions, reasoning } = made;
      return {
        ...factsOf(made),
        content: JSON.stringify({ section, suggestions, reasoning }),
        canvasId: plan.canvasId,
      };
    }
    case 'ask': {
      const answer = await llm.chat({ body: plan.body, headers }, call);
      return { ...factsOf(answer), content: answer.content };
    }
  }
}

type Facts = Pick<JobOutcome, 'provider' | 'model' | 'usage' | 'costNanos' | 'latency' | 'cached'>;

function factsOf({ provider, model, usage, costNanos, latency, cached }: Facts): Facts {
  return { provider, model, usage, costNanos, latency, cached };
}
