import { data, defineRoute, empty, field, permission, strictObject } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { datasetName } from './datasets.ts';
import { environmentName, labelName } from './labels.ts';
import { promptKey, versionNumber } from './prompt-version.ts';

const increase = (of: string) =>
  Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 100,
      description: `Maximum increase of the mean ${of} of an answer against the active version, as a share: 0.1 is 10 %. Any increase by default.`,
    }),
  );

const conditions = {
  dataset: datasetName,
  minimumScore: Type.Number({ minimum: 0, maximum: 1, description: 'Minimum score of the run.' }),
  maximumCostIncrease: increase('cost'),
  maximumLatencyIncrease: increase('latency'),
};

export const PromptGate = Type.Object(
  {
    promptKey,
    environment: Type.String({ description: 'Environment of the label.' }),
    label: labelName,
    ...conditions,
    setBy: field.uuid('User who set the gate.'),
    setAt: field.timestamp('Time of the latest change.'),
  },
  { title: 'PromptGate', description: 'Conditions that a version must meet to get a label.' },
);
export type PromptGate = Static<typeof PromptGate>;

const gateReasonCodes = [
  'NO_RUN',
  'RUN_NOT_COMPLETED',
  'SCORE_TOO_LOW',
  'CRITICAL_CASE_FAILED',
  'NO_RUN_OF_ACTIVE_VERSION',
  'COST_TOO_HIGH',
  'LATENCY_TOO_HIGH',
] as const;

export const GateReason = Type.Object(
  {
    code: Type.Enum(gateReasonCodes, { description: 'Machine-readable reason.' }),
    message: Type.String({ description: 'Human-readable reason, with what to do.' }),
  },
  { title: 'GateReason', description: 'A reason why a version does not pass a gate.' },
);
export type GateReason = Static<typeof GateReason>;

export const GateVerdict = Type.Object(
  {
    passed: Type.Boolean({ description: 'True if the label may move to the version.' }),
    reasons: Type.Array(GateReason, { description: 'All reasons why not. Empty if the version passes.' }),
    evaluationId: Type.Optional(
      field.uuid('Latest run of the version on the latest content of the dataset.'),
    ),
    activeEvaluationId: Type.Optional(field.uuid('The same of the active version, if margins refer to it.')),
  },
  { title: 'GateVerdict', description: 'Result of checking a version against a gate.' },
);
export type GateVerdict = Static<typeof GateVerdict>;

const params = Type.Object({ promptKey, label: labelName });
const query = Type.Object({ environment: environmentName });

const SetGateRequest = strictObject(
  { ...conditions, environment: environmentName },
  { title: 'SetGateRequest', description: 'Conditions of a gate.' },
);
export type SetGateRequest = Static<typeof SetGateRequest>;

export const setPromptGate = defineRoute({
  id: 'prompts.setGate',
  method: 'PUT',
  path: '/api/prompts/:promptKey/labels/:label/gate',
  summary: 'Set the gate of a label',
  description:
    'A label with a gate moves only to versions whose latest run on the latest version of the dataset meets the conditions and fails no critical case, for sessions and API keys alike. Each move is checked: activations, approved proposals, and moves by experiments and canaries.',
  auth: permission('prompts:protect'),
  params,
  body: SetGateRequest,
  example: {
    environment: 'trial',
    dataset: 'canvas.generate.basic',
    minimumScore: 0.8,
    maximumCostIncrease: 0.2,
  },
  reply: data(PromptGate),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const getPromptGate = defineRoute({
  id: 'prompts.getGate',
  method: 'GET',
  path: '/api/prompts/:promptKey/labels/:label/gate',
  summary: 'Get the gate of a label',
  description: 'Returns the conditions that a version must meet to get the label.',
  auth: permission('prompts:read'),
  params,
  query,
  reply: data(PromptGate),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const removePromptGate = defineRoute({
  id: 'prompts.removeGate',
  method: 'DELETE',
  path: '/api/prompts/:promptKey/labels/:label/gate',
  summary: 'Remove the gate of a label',
  description: 'The label then moves without a run.',
  auth: permission('prompts:protect'),
  params,
  query,
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const checkPromptGate = defineRoute({
  id: 'prompts.checkGate',
  method: 'GET',
  path: '/api/prompts/:promptKey/labels/:label/gate/check',
  summary: 'Check a version against a gate',
  description:
    'Returns whether the label may move to a version now, and all reasons if not. A label without a gate lets every version pass.',
  auth: permission('prompts:write'),
  params,
  query: Type.Object({ version: versionNumber('Version to check.'), environment: environmentName }),
  reply: data(GateVerdict),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
