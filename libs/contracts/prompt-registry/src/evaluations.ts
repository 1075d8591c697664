import {
  accepted,
  data,
  defineRoute,
  field,
  list,
  listQuery,
  permission,
  strictObject,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { datasetName } from './datasets.ts';
import { Grade } from './graders.ts';
import { promptKey, versionNumber } from './prompt-version.ts';

const score = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

const evaluationStatuses = ['running', 'completed', 'failed', 'cancelled'] as const;

export const EvaluationSummary = Type.Object(
  {
    score: score('Weighted mean of the scores of the cases.'),
    passedCases: field.count('Cases whose answer passed all graders.'),
    failedCases: field.count('Cases whose answer failed a grader, or that got no answer.'),
    criticalFailures: field.count('Failed cases that are critical, or failed a critical grader.'),
    errors: field.count('Cases that got no answer.'),
    cost: field.dollars('Cost of the answers in US dollars.'),
    averageCost: field.dollars('Mean cost of an answer in US dollars.'),
    averageLatency: field.milliseconds('Mean latency of an answer in milliseconds.'),
    gradingCost: field.dollars('Cost of the models that judged the answers, in US dollars.'),
  },
  { title: 'EvaluationSummary', description: 'Result of a run over its stored cases.' },
);
export type EvaluationSummary = Static<typeof EvaluationSummary>;

export const PromptEvaluation = Type.Object(
  {
    id: field.uuid('ID of the run.'),
    promptKey,
    version: versionNumber('Evaluated version of the prompt.'),
    dataset: datasetName,
    datasetVersion: versionNumber('Version of the dataset.'),
    contentHash: Type.String({ description: 'Hash of the content of the dataset.' }),
    status: Type.Enum(evaluationStatuses, { description: 'State of the run.' }),
    progress: Type.Integer({ minimum: 0, maximum: 100, description: 'Progress in percent.' }),
    finishedCases: field.count('Cases with a stored result.'),
    caseCount: field.count('All cases.'),
    summary: Type.Optional(EvaluationSummary),
    error: Type.Optional(
      Type.Object(
        {
          code: Type.String({ description: 'Machine-readable code.' }),
          message: Type.String({ description: 'Human-readable reason.' }),
        },
        { description: 'Reason of the latest failure of the run as a whole.' },
      ),
    ),
    createdBy: field.uuid('User who started the run.'),
    createdAt: field.timestamp('Time of the start.'),
    finishedAt: Type.Optional(field.timestamp('Time of the end.')),
    statusUrl: Type.String({ description: 'URL of the run.' }),
  },
  { title: 'PromptEvaluation', description: 'A run of one version of a prompt on one version of a dataset.' },
);
export type PromptEvaluation = Static<typeof PromptEvaluation>;

const StartEvaluationRequest = strictObject(
  {
    promptKey,
    version: versionNumber('Version to evaluate.'),
    dataset: datasetName,
    datasetVersion: Type.Optional(
      versionNumber('Version of the dataset. The latest one by default, on which gates insist.'),
    ),
    concurrency: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 20,
        description: 'Cases that run at the same time. Defaults to 4.',
      }),
    ),
  },
  { title: 'StartEvaluationRequest', description: 'A run to start.' },
);
export type StartEvaluationRequest = Static<typeof StartEvaluationRequest>;

export const startEvaluation = defineRoute({
  id: 'prompts.startEvaluation',
  method: 'POST',
  path: '/api/prompts/evaluations',
  summary: 'Evaluate a version',
  description:
    'Starts a job that sends each case of a dataset to the model of the version and grades the answers. The platform pays for the answers and judges, not the caller.',
  auth: permission('prompts:write'),
  body: StartEvaluationRequest,
  example: { promptKey: 'canvas.generate', version: 1, dataset: 'canvas.generate.basic' },
  idempotent: true,
  reply: accepted(PromptEvaluation),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

const params = Type.Object({ id: field.uuid('ID of the run.') });

export const listEvaluations = defineRoute({
  id: 'prompts.listEvaluations',
  method: 'GET',
  path: '/api/prompts/evaluations',
  summary: 'List evaluations',
  description: 'Runs of all prompts, or of one prompt, version or dataset, newest first.',
  auth: permission('prompts:write'),
  query: listQuery({
    promptKey: Type.Optional(promptKey),
    version: Type.Optional(versionNumber('Version of the prompt.')),
    dataset: Type.Optional(datasetName),
  }),
  reply: list(PromptEvaluation),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const getEvaluation = defineRoute({
  id: 'prompts.getEvaluation',
  method: 'GET',
  path: '/api/prompts/evaluations/:id',
  summary: 'Get an evaluation',
  description: 'Returns a run with its progress, and a summary of the cases that have a result.',
  auth: permission('prompts:write'),
  params,
  reply: data(PromptEvaluation),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const EvaluationResult = Type.Object(
  {
    position: field.ordinal('Position of the case in the dataset.'),
    name: Type.Optional(Type.String({ description: 'Name of the case.' })),
    score: score('Weighted mean of the grades.'),
    passed: Type.Boolean({ description: 'True if the answer passed all graders.' }),
    criticalFailure: Type.Boolean({
      description: 'True if the case failed and is critical, or failed a critical grader.',
    }),
    grades: Type.Array(Grade, { description: 'Score by each grader.' }),
    answer: Type.Optional(Type.String({ description: 'Answer of the model.' })),
    error: Type.Optional(
      Type.Object(
        {
          code: Type.String({ description: 'Machine-readable code.' }),
          message: Type.String({ description: 'Human-readable reason.' }),
        },
        { description: 'Reason why the case got no answer.' },
      ),
    ),
    provider: Type.Optional(Type.String({ description: 'Provider that answered.' })),
    model: Type.Optional(Type.String({ description: 'Model that answered.' })),
    cost: field.dollars('Cost of the answer in US dollars.'),
    gradingCost: field.dollars('Cost of the models that judged the answer, in US dollars.'),
    latency: field.milliseconds('Latency of the answer in milliseconds.'),
  },
  { title: 'EvaluationResult', description: 'Result of one case of a run.' },
);
export type EvaluationResult = Static<typeof EvaluationResult>;

export const listEvaluationResults = defineRoute({
  id: 'prompts.listEvaluationResults',
  method: 'GET',
  path: '/api/prompts/evaluations/:id/results',
  summary: 'List the results of an evaluation',
  description: 'Results of the cases of a run, in the order of the dataset.',
  auth: permission('prompts:write'),
  params,
  query: listQuery({
    passed: Type.Optional(
      Type.Boolean({ description: 'Only cases that passed, or only those that failed.' }),
    ),
  }),
  reply: list(EvaluationResult),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

const CaseChange = Type.Object(
  {
    position: field.ordinal('Position of the case in the dataset.'),
    name: Type.Optional(Type.String({ description: 'Name of the case.' })),
    before: score('Score in the other run.'),
    after: score('Score in this run.'),
    passedBefore: Type.Boolean({ description: 'True if the case passed in the other run.' }),
    passedAfter: Type.Boolean({ description: 'True if the case passed in this run.' }),
  },
  { title: 'CaseChange', description: 'A case whose score differs between two runs.' },
);
export type CaseChange = Static<typeof CaseChange>;

export const EvaluationComparison = Type.Object(
  {
    before: PromptEvaluation,
    after: PromptEvaluation,
    better: Type.Array(CaseChange, { description: 'Cases with a higher score, the most improved first.' }),
    worse: Type.Array(CaseChange, { description: 'Cases with a lower score, the most worsened first.' }),
    equalCases: field.count('Cases with an equal score.'),
  },
  {
    title: 'EvaluationComparison',
    description: 'Changes between two runs on the same content of a dataset.',
  },
);
export type EvaluationComparison = Static<typeof EvaluationComparison>;

export const compareEvaluation = defineRoute({
  id: 'prompts.compareEvaluation',
  method: 'GET',
  path: '/api/prompts/evaluations/:id/compare',
  summary: 'Compare an evaluation',
  description:
    'Compares a completed run with another one on the same content of the dataset: by default the latest run of the active version. Fails with NOT_FOUND without such a run.',
  auth: permission('prompts:write'),
  params,
  query: Type.Object({ with: Type.Optional(field.uuid('ID of the other run.')) }),
  reply: data(EvaluationComparison),
  errors: ['NOT_FOUND', 'UNPROCESSABLE', 'DEPENDENCY_UNAVAILABLE'],
});

export const cancelEvaluation = defineRoute({
  id: 'prompts.cancelEvaluation',
  method: 'POST',
  path: '/api/prompts/evaluations/:id/cancel',
  summary: 'Cancel an evaluation',
  description: 'Stops a run after the cases that are being answered. A finished run stays as it is.',
  auth: permission('prompts:write'),
  params,
  reply: data(PromptEvaluation),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
