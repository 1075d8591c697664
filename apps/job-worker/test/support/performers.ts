import {
  canvasContract,
  type GenerateCanvasRequest,
  type Section,
  sections,
} from '@valuecanvas/contracts-canvas';
import type { Principal, UserPrincipal } from '@valuecanvas/contracts-core';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import type { Call } from '@valuecanvas/service-kit';
import { stubService, type TestIdentities } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';

/** A call as canvas or router received it. */
export interface SeenCall {
  readonly body: unknown;
  readonly principal: Principal;
  readonly operation: string;
  readonly jobId: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly cacheControl: string | undefined;
  readonly storedAnswerOnly: boolean | undefined;
  readonly signal: AbortSignal;
}

/** The part of a call that is recorded. */
type SeenFrom = Pick<Call, 'principal' | 'operation' | 'jobId' | 'storedAnswerOnly' | 'signal' | 'header'> & {
  readonly body: unknown;
};

/** Runs before a call is answered: returns, waits or throws. */
type Before = (call: SeenCall, earlier: number) => Promise<void> | void;

export interface Performers {
  readonly environment: { readonly CANVAS_URL: string; readonly LLM_ROUTER_URL: string };
  readonly calls: SeenCall[];
  /** Set by tests. `reset` restores the default. */
  before: Before;
  reset(): void;
  stop(): Promise<void>;
}

/** Facts of a completion, as the stubs of canvas and router report them. */
export const facts = {
  provider: 'together_ai',
  model: 'a-model',
  usage: { promptTokens: 100, completionTokens: 50, totalTokens: 150, cachedTokens: 20 },
  cost: 0.000123457,
  costNanos: 123_457,
  latency: 12,
  cached: false,
} as const;
const promptFacts = { promptVersion: 1, executionId: uuidv7() };

/** Stubs of canvas and router that answer at once and record their calls. */
export async function startPerformers(identities: TestIdentities): Promise<Performers> {
  const calls: SeenCall[] = [];
  const seen = async (call: SeenFrom): Promise<void> => {
    const { principal, operation, jobId, storedAnswerOnly, signal } = call;
    const entry = {
      body: call.body,
      principal,
      operation,
      jobId,
      storedAnswerOnly,
      signal,
      idempotencyKey: call.header('idempotency-key'),
      cacheControl: call.header('cache-control'),
    };
    calls.push(entry);
    await performers.before(entry, calls.length - 1);
  };
  const canvas = await stubService(
    canvasContract,
    {
      async generateCanvas(call) {
        await seen(call);
        return generated(call.principal, call.body);
      },
      async createVariant(call) {
        await seen(call);
        const { canvas, ...made } = generated(call.principal, { businessDescription: 'A bakery in Lisbon' });
        return {
          ...made,
          canvas: { ...canvas, variantOf: call.params.id, variantKind: call.body.kind },
        };
      },
      async refineSection(call) {
        await seen(call);
        const { section } = call.body;
        return { section, suggestions: ['one', 'two'], reasoning: 'because', ...facts, ...promptFacts };
      },
    },
    identities,
  );
  const router = await stubService(
    llmRouterContract,
    {
      async chat(call) {
        await seen(call);
        const { prompt } = call.body;
        return { content: `You asked: ${prompt}`, finishReason: 'stop', ...facts };
      },
    },
    identities,
  );
  const performers: Performers = {
    environment: { CANVAS_URL: canvas.url, LLM_ROUTER_URL: router.url },
    calls,
    before: () => undefined,
    reset() {
      calls.length = 0;
      performers.before = () => undefined;
    },
    async stop() {
      await Promise.all([canvas.stop(), router.stop()]);
    },
  };
  return performers;
}

function generated(owner: UserPrincipal, request: GenerateCanvasRequest) {
  const canvasId = uuidv7();
  const now = new Date().toISOString();
  const { model: _model, ...business } = request;
  const blocks = Object.fromEntries(sections.map((section) => [section, [`Some ${section}`]])) as Record<
    Section,
    string[]
  >;
  const canvas = {
    id: canvasId,
    userId: owner.userId,
    ...business,
    revision: 1,
    ...blocks,
    createdAt: now,
    updatedAt: now,
  };
  return { canvasId, canvas, ...facts, ...promptFacts };
}
