import {
  data,
  defineRoute,
  field,
  list,
  listQuery,
  permission,
  strictObject,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { environmentName } from './labels.ts';
import { promptKey, versionNumber } from './prompt-version.ts';

const CanaryStep = strictObject(
  {
    percentage: Type.Number({
      exclusiveMinimum: 0,
      maximum: 100,
      description:
        'Percentage of the units that get the candidate. 100 % ends the canary, so such a step has no sample and time.',
    }),
    minimumSample: Type.Optional(
      Type.Integer({
        minimum: 20,
        maximum: 10_000_000,
        description: 'Executions of the candidate that the step needs. 100 by default.',
      }),
    ),
    minimumSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 604_800,
        description: 'Shortest duration of the step. 300 by default.',
      }),
    ),
  },
  { title: 'CanaryStep', description: 'A step of a canary.' },
);

const margin = (maximum: number, description: string) =>
  Type.Union([Type.Number({ minimum: 0, maximum }), Type.Null()], { description });

const guardrails = {
  cost: margin(10, 'Increase of the mean cost that is tolerated, as a share: 0.1 is 10 %. Null for any.'),
  latency: margin(
    10,
    'Increase of the 95th percentile of the latency that is tolerated, as a share: 0.2 is 20 %. Null for any.',
  ),
  errors: margin(
    1,
    'Increase of the error rate that is tolerated: 0.01 is one percentage point. Null for any.',
  ),
  rating: margin(4, 'Decrease of the mean rating that is tolerated, in points. Null for any.'),
};

export const CanaryGuardrails = Type.Object(guardrails, {
  title: 'CanaryGuardrails',
  description: 'Margins, beyond which a certain regression rolls the canary back.',
});
export type CanaryGuardrails = Static<typeof CanaryGuardrails>;

const status = Type.Enum(['proposed', 'running', 'finished', 'rolledBack', 'aborted'], {
  description:
    'Status of the canary. `proposed` waits for the approval of a second person, because the label is protected. `finished` has given the candidate to all.',
});

const CanaryObservation = Type.Object(
  {
    metric: Type.Enum(['cost', 'latency', 'errors', 'slow', 'rating'], {
      description: 'Metric. `slow` is the share of answers beyond `slowAfterMs`.',
    }),
    current: Type.Object(
      {
        observations: field.count('Number of observations of the current version.'),
        mean: Type.Optional(Type.Number({ description: 'Mean. Absent without observations.' })),
      },
      { description: 'The current version.' },
    ),
    candidate: Type.Object(
      {
        observations: field.count('Number of observations of the candidate.'),
        mean: Type.Optional(Type.Number({ description: 'Mean. Absent without observations.' })),
      },
      { description: 'The candidate.' },
    ),
  },
  { title: 'CanaryObservation', description: 'Observations of a metric in the current step.' },
);

export const Canary = Type.Object(
  {
    id: field.uuid('Id of the canary.'),
    promptKey,
    environment: Type.String({ description: 'Environment in which the canary runs.' }),
    baselineVersion: versionNumber('Version with the label `production` when the canary was created.'),
    candidateVersion: versionNumber('Version that is rolled out.'),
    status,
    steps: Type.Array(
      Type.Object({
        percentage: Type.Number({ description: 'Percentage of the units that get the candidate.' }),
        minimumSample: field.count('Executions of the candidate that the step needs.'),
        minimumSeconds: field.count('Shortest duration of the step.'),
      }),
      { description: 'Steps below 100 %. Behind the last one, all units get the candidate.' },
    ),
    step: field.count('Index of the current or last step.'),
    guardrails: CanaryGuardrails,
    slowAfterMs: Type.Optional(
      field.milliseconds(
        'Latency beyond which an answer is slow. Without it, latency is not guarded: the baseline had too few executions.',
      ),
    ),
    reason: Type.Optional(
      Type.String({ description: 'Reason for the end. While the canary runs, what it waits for.' }),
    ),
    history: Type.Array(
      Type.Object({
        at: field.timestamp('Time of the decision.'),
        step: field.count('Step that the decision concerned.'),
        action: Type.Enum(['start', 'advance', 'finish', 'rollBack', 'abort'], {
          description: 'The decision.',
        }),
        reason: Type.String({ description: 'Reason for the decision.' }),
      }),
      { description: 'Decisions, oldest first.' },
    ),
    createdBy: field.uuid('User who created the canary.'),
    approvedBy: Type.Optional(field.uuid('User who approved it.')),
    createdAt: field.timestamp('Time of creation.'),
    startedAt: Type.Optional(field.timestamp('Time of the start.')),
    stepStartedAt: Type.Optional(field.timestamp('Time at which the current step began.')),
    endedAt: Type.Optional(field.timestamp('Time of the end.')),
  },
  { title: 'Canary', description: 'A guarded rollout of a version of a prompt.' },
);
export type Canary = Static<typeof Canary>;

export const ObservedCanary = Type.Object(
  {
    ...Canary.properties,
    observations: Type.Array(CanaryObservation, {
      description: 'Observations of the current or last step, by metric.',
    }),
  },
  { title: 'ObservedCanary', description: 'A canary with the observations of its step.' },
);
export type ObservedCanary = Static<typeof ObservedCanary>;

export const listCanaries = defineRoute({
  id: 'prompts.listCanaries',
  method: 'GET',
  path: '/api/prompts/canaries',
  summary: 'List canaries',
  description: 'Canaries of all prompts or of one, newest first.',
  auth: permission('prompts:write'),
  query: listQuery({ promptKey: Type.Optional(promptKey), status: Type.Optional(status) }),
  reply: list(Canary),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const CreateCanaryRequest = strictObject(
  {
    promptKey,
    version: versionNumber('Version to roll out.'),
    environment: environmentName,
    steps: Type.Optional(
      Type.Array(CanaryStep, {
        minItems: 1,
        maxItems: 20,
        description:
          'Steps of growing percentages. By default 1, 5, 25 and 50 %, each of at least 100 executions of the candidate and five minutes, and then 100 %.',
      }),
    ),
    guardrails: Type.Optional(
      Type.Partial(CanaryGuardrails, {
        additionalProperties: false,
        title: 'CanaryGuardrailsRequest',
        description:
          'Margins of regressions. By default 0.1 for cost, 0.2 for latency, 0.01 for errors and 0.3 for ratings.',
      }),
    ),
    slowAfterMs: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description:
          'Latency that at most 5 % of the answers may exceed. By default the 95th percentile of recent executions of the current version, with the margin, if it has at least 100.',
      }),
    ),
  },
  { title: 'CreateCanaryRequest', description: 'A new guarded rollout.' },
);
export type CreateCanaryRequest = Static<typeof CreateCanaryRequest>;

export const createCanary = defineRoute({
  id: 'prompts.createCanary',
  method: 'POST',
  path: '/api/prompts/canaries',
  summary: 'Roll out a version as a canary',
  description:
    'Gives a version to a growing share of units, and to all at the end, by moving the label `production`. A regression beyond a margin takes it back without a person. If the label is protected, the canary waits for the approval of a second person. Fails with CONFLICT if an experiment or another canary runs for the prompt and environment, or if the label has no version, and with VALIDATION_FAILED if the version is the current one or could not be activated, if the percentages do not grow, or if no guardrail is left.',
  auth: permission('prompts:activate'),
  body: CreateCanaryRequest,
  example: { promptKey: 'canvas.generate', version: 2 },
  idempotent: true,
  status: 201,
  reply: data(Canary),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

const params = Type.Object({ id: field.uuid('Id of the canary.') });

export const getCanary = defineRoute({
  id: 'prompts.getCanary',
  method: 'GET',
  path: '/api/prompts/canaries/:id',
  summary: 'Get a canary',
  description: 'Returns a canary with the observations of its current or last step.',
  auth: permission('prompts:write'),
  params,
  reply: data(ObservedCanary),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const approveCanary = defineRoute({
  id: 'prompts.approveCanary',
  method: 'POST',
  path: '/api/prompts/canaries/:id/approve',
  summary: 'Approve a canary',
  description:
    'Starts a proposed canary. Fails with FORBIDDEN for the user who created it, and with CONFLICT if it is not proposed, if the label has moved since, or if another trial runs.',
  auth: permission('prompts:activate'),
  params,
  reply: data(Canary),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

const AbortCanaryRequest = strictObject(
  { reason: Type.Optional(Type.String({ maxLength: 500, description: 'Reason for the end.' })) },
  { title: 'AbortCanaryRequest', description: 'The end of a canary by a person.' },
);

export const abortCanary = defineRoute({
  id: 'prompts.abortCanary',
  method: 'POST',
  path: '/api/prompts/canaries/:id/abort',
  summary: 'Abort a canary',
  description:
    'Gives the current version to all units again. Fails with CONFLICT if the canary has ended already.',
  auth: permission('prompts:activate'),
  params,
  body: AbortCanaryRequest,
  example: { reason: 'A mistake in the template' },
  reply: data(Canary),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});
