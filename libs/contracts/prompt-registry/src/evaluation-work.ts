import { data, defineJob, defineRoute, field, services, strictObject } from '@valuecanvas/contracts-core';
import { spendingTimeout } from '@valuecanvas/contracts-llm-router';
import Type from 'typebox';

/** The work of an evaluation, case by case. A case with a stored result is never repeated. */
export const promptEvaluation = defineJob({
  name: 'prompt_evaluation',
  description: 'Evaluates a version of a prompt on a dataset, for the platform.',
  payload: Type.Object({ evaluationId: field.uuid('ID of the run.') }),
  attempts: 5,
  backoffMs: 5_000,
  timeoutMs: 3_600_000,
  waitsForModel: true,
  maxWaitMs: 6 * 3_600_000,
  retentionDays: 90,
});

const params = Type.Object({ id: field.uuid('ID of the run.') });

export const getEvaluationWork = defineRoute({
  id: 'prompts.getEvaluationWork',
  method: 'GET',
  path: '/internal/prompts/evaluations/:id/work',
  summary: 'Get the cases to evaluate',
  description: 'Returns the positions of the cases without a result. A finished or cancelled run has none.',
  auth: services('job-worker'),
  params,
  reply: data(
    Type.Object(
      {
        positions: Type.Array(field.ordinal('Position of the case.'), {
          description: 'Cases without a result.',
        }),
        concurrency: Type.Integer({ description: 'Cases to evaluate at the same time.' }),
      },
      { description: 'Work that is left.' },
    ),
  ),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const evaluateCase = defineRoute({
  id: 'prompts.evaluateCase',
  method: 'POST',
  path: '/internal/prompts/evaluations/:id/cases',
  summary: 'Evaluate a case',
  description:
    'Sends one case to the model, grades the answer and stores the result. Does nothing for a case with a result, or after the end of the run. The result of the last case completes the run.',
  auth: services('job-worker'),
  params,
  body: strictObject(
    { position: field.ordinal('Position of the case.') },
    { description: 'The case to evaluate.' },
  ),
  example: { position: 1 },
  ...spendingTimeout,
  reply: data(
    Type.Object(
      { running: Type.Boolean({ description: 'False if the run has ended or was cancelled.' }) },
      { description: 'State of the run.' },
    ),
  ),
  errors: [
    'NOT_FOUND',
    'BUDGET_EXCEEDED',
    'PROVIDER_RATE_LIMITED',
    'LLM_UNAVAILABLE',
    'OVERLOADED',
    'IDEMPOTENCY_IN_FLIGHT',
    'DEPENDENCY_UNAVAILABLE',
  ],
});
