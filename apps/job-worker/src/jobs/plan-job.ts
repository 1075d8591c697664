import type { GenerateCanvasRequest, RefineSectionRequest } from '@valuecanvas/contracts-canvas';
import { AppError } from '@valuecanvas/contracts-core';
import type { JobType } from '@valuecanvas/contracts-job-worker';
import type { ChatRequest } from '@valuecanvas/contracts-llm-router';
import type { Static, TSchema } from 'typebox';
import type { TLocalizedValidationError } from 'typebox/error';
import Value from 'typebox/value';
import { GenerationPayload, QuestionPayload, RefinementPayload, usualPromptKey } from './job-payload.ts';

/** The one call of another service that does a job. */
export type JobPlan =
  | { readonly kind: 'generate'; readonly body: GenerateCanvasRequest }
  | { readonly kind: 'refine'; readonly canvasId: string; readonly body: RefineSectionRequest }
  | { readonly kind: 'ask'; readonly body: ChatRequest };

const planners: Record<JobType, (payload: unknown) => JobPlan> = {
  canvas_generation: planner(GenerationPayload, ({ promptVariables, model }) => ({
    kind: 'generate',
    body: { ...promptVariables, ...(model === undefined ? {} : { model }) },
  })),
  canvas_refinement: planner(RefinementPayload, ({ canvasId, section, promptVariables, model }) => ({
    kind: 'refine',
    canvasId,
    body: {
      section,
      ...(promptVariables?.context === undefined ? {} : { context: promptVariables.context }),
      ...(model === undefined ? {} : { model }),
    },
  })),
  custom_prompt: planner(QuestionPayload, ({ prompt, model, maxTokens, temperature }) => ({
    kind: 'ask',
    body: {
      prompt,
      ...(model === undefined ? {} : { model }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(temperature === undefined ? {} : { temperature }),
    },
  })),
};

/** Plans a job. Throws VALIDATION_FAILED where its payload is not enough for its type; `at` leads to the payload. */
export function planJob(type: JobType, payload: unknown, at = ''): JobPlan {
  try {
    checkPromptKey(type, payload);
    return planners[type](payload);
  } catch (error) {
    if (!(error instanceof Faults)) throw error;
    const details = error.faults.map(({ path, message }) => ({ path: `${at}${path}`, message }));
    throw new AppError('VALIDATION_FAILED', { details });
  }
}

interface Fault {
  readonly path: string;
  readonly message: string;
}

class Faults extends Error {
  override readonly name = 'Faults';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super('The payload does not suit its type.');
    this.faults = faults;
  }
}

function planner<S extends TSchema>(schema: S, plan: (payload: Static<S>) => JobPlan) {
  return (payload: unknown): JobPlan => {
    if (Value.Check(schema, payload)) return plan(payload);
    throw new Faults(Value.Errors(schema, payload).flatMap(faultsOf));
  };
}

function checkPromptKey(type: JobType, payload: unknown): void {
  const { promptKey } = (payload ?? {}) as { promptKey?: unknown };
  const usual = usualPromptKey[type];
  if (promptKey === undefined || promptKey === usual) return;
  const message = usual
    ? `must be ${usual} for ${type}, or absent`
    : `must be absent for ${type}: send the question itself as prompt`;
  throw new Faults([{ path: 'promptKey', message }]);
}

function faultsOf(error: TLocalizedValidationError): Fault[] {
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  const under = (name: string) => (path ? `${path}.${name}` : name);
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((name) => ({ path: under(name), message: 'is required' }));
    case 'additionalProperties':
      return error.params.additionalProperties.map((name) => ({
        path: under(name),
        message: 'is not a variable of the prompt',
      }));
    case 'boolean':
      return [];
    case 'enum':
      return [{ path, message: `must be one of ${error.params.allowedValues.join(', ')}` }];
    default:
      return [{ path, message: error.message }];
  }
}
