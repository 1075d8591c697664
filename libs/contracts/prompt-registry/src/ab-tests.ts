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

/** Metrics that the registry observes itself. `score` is posted by evaluators of executions. */
export const builtInMetrics = ['cost', 'latency', 'tokens', 'errors', 'rating', 'score'] as const;

export const metricName = Type.String({
  pattern: '^[a-z][a-z0-9_]{0,39}$',
  description: 'Name of the metric, in lower case.',
  examples: ['cost'],
});

const armName = Type.String({
  pattern: '^[a-zA-Z0-9][a-zA-Z0-9 _.-]{0,39}$',
  description: 'Name of the arm.',
  examples: ['control'],
});

const ExperimentArm = strictObject(
  {
    name: armName,
    version: versionNumber('Version that units of the arm get.'),
    weight: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1_000_000,
      description:
        'Share of the units, relative to the other arms: 1 and 1 split evenly, as 50 and 50 do. Responses have integers that add up to 100,000.',
    }),
  },
  { title: 'ExperimentArm', description: 'An arm of an experiment.' },
);
export type ExperimentArm = Static<typeof ExperimentArm>;

const ExperimentMetric = strictObject(
  {
    name: metricName,
    better: Type.Enum(['lower', 'higher'], { description: 'Direction of an improvement.' }),
    kind: Type.Enum(['mean', 'proportion'], {
      description: 'A proportion has values of 0 and 1 only, such as conversions.',
    }),
  },
  { title: 'ExperimentMetric', description: 'A metric whose values callers post for executions.' },
);
export type ExperimentMetric = Static<typeof ExperimentMetric>;

const settings = {
  name: Type.String({ minLength: 1, maxLength: 200, description: 'Name of the experiment.' }),
  promptKey,
  coverage: Type.Number({
    exclusiveMinimum: 0,
    maximum: 100,
    description:
      'Percentage of the units that take part. All others get the version with the label `production`.',
  }),
  metric: Type.String({
    pattern: '^[a-z][a-z0-9_]{0,39}$',
    description: `Metric that decides: ${builtInMetrics.join(', ')}, or one of \`metrics\`.`,
  }),
  metrics: Type.Array(ExperimentMetric, {
    maxItems: 20,
    description: 'Further metrics, whose values callers post for executions.',
  }),
  relevantDifference: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'Smallest difference that matters, as a share of the mean of the first arm.',
  }),
  expectedSample: Type.Integer({
    minimum: 100,
    maximum: 100_000_000,
    description: 'Expected number of executions. Intervals are narrowest there and valid everywhere.',
  }),
  bounds: Type.Record(Type.String(), Type.Number({ exclusiveMinimum: 0 }), {
    description:
      'Bounds of skewed metrics: larger values count as the bound. At the start, missing bounds of cost, latency and tokens become ten times the mean of the version in the first arm, if it has at least 100 executions.',
  }),
};

export const Experiment = Type.Object(
  {
    id: field.uuid('Id of the experiment.'),
    ...settings,
    environment: Type.String({ description: 'Environment in which the experiment runs.' }),
    status: Type.Enum(['draft', 'running', 'completed'], { description: 'Status of the experiment.' }),
    arms: Type.Array(ExperimentArm, { description: 'The arms. The first one is the control.' }),
    labelVersion: Type.Optional(
      Type.Union([versionNumber('Version with the label `production` at the start.'), Type.Null()], {
        description: 'Version with the label `production` at the start, or null.',
      }),
    ),
    winner: Type.Optional(armName),
    createdBy: Type.Optional(field.uuid('User who created the experiment.')),
    createdAt: field.timestamp('Time of creation.'),
    startedBy: Type.Optional(field.uuid('User who started the experiment.')),
    startedAt: Type.Optional(field.timestamp('Time of the start.')),
    completedBy: Type.Optional(field.uuid('User who completed the experiment.')),
    completedAt: Type.Optional(field.timestamp('Time of completion.')),
  },
  { title: 'Experiment', description: 'A comparison of versions of a prompt.' },
);
export type Experiment = Static<typeof Experiment>;

const experimentStatus = Type.Optional(
  Type.Enum(['draft', 'running', 'completed'], { description: 'Only experiments with this status.' }),
);

export const listExperiments = defineRoute({
  id: 'prompts.listExperiments',
  method: 'GET',
  path: '/api/prompts/ab-tests',
  summary: 'List experiments',
  description: 'Experiments of all prompts or of one, newest first.',
  auth: permission('prompts:write'),
  query: listQuery({ promptKey: Type.Optional(promptKey), status: experimentStatus }),
  reply: list(Experiment),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const CreateExperimentRequest = strictObject(
  {
    name: settings.name,
    promptKey,
    environment: environmentName,
    arms: Type.Array(ExperimentArm, {
      minItems: 2,
      maxItems: 10,
      description: 'Arms with different names. The first one is the control, usually the active version.',
    }),
    coverage: Type.Optional(settings.coverage),
    metric: Type.Optional(settings.metric),
    metrics: Type.Optional(settings.metrics),
    relevantDifference: Type.Optional(settings.relevantDifference),
    expectedSample: Type.Optional(settings.expectedSample),
    bounds: Type.Optional(settings.bounds),
  },
  {
    title: 'CreateExperimentRequest',
    description:
      'A new experiment. By default, all units take part, `cost` decides, a difference of 2 % matters, and 10,000 executions are expected.',
  },
);
export type CreateExperimentRequest = Static<typeof CreateExperimentRequest>;

export const createExperiment = defineRoute({
  id: 'prompts.createExperiment',
  method: 'POST',
  path: '/api/prompts/ab-tests',
  summary: 'Create an experiment',
  description:
    'Stores an experiment as a draft. Fails with VALIDATION_FAILED for unknown versions, for arms of the same name, and for a metric that is neither built in nor declared.',
  auth: permission('prompts:write'),
  body: CreateExperimentRequest,
  example: {
    name: 'Shorter instructions',
    promptKey: 'canvas.generate',
    arms: [
      { name: 'control', version: 1, weight: 50 },
      { name: 'same again', version: 1, weight: 50 },
    ],
    metric: 'cost',
  },
  idempotent: true,
  status: 201,
  reply: data(Experiment),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const params = Type.Object({ id: field.uuid('Id of the experiment.') });

export const getExperiment = defineRoute({
  id: 'prompts.getExperiment',
  method: 'GET',
  path: '/api/prompts/ab-tests/:id',
  summary: 'Get an experiment',
  description: 'Returns the settings and the status of an experiment.',
  auth: permission('prompts:write'),
  params,
  reply: data(Experiment),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const startExperiment = defineRoute({
  id: 'prompts.startExperiment',
  method: 'POST',
  path: '/api/prompts/ab-tests/:id/start',
  summary: 'Start an experiment',
  description:
    'Starts a draft. All services split their units within a second. Fails with CONFLICT if it is not a draft, or if another experiment or a canary runs for the prompt and environment, and with VALIDATION_FAILED if one of its versions could not be activated. If the label `production` is protected, another person than the author of the draft has to start it.',
  auth: permission('prompts:write'),
  params,
  reply: data(Experiment),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

const CompleteExperimentRequest = strictObject(
  {
    winner: Type.Optional(armName),
    activate: Type.Optional(
      Type.Boolean({
        description:
          'If true, the label `production` moves to the version of the winner. This needs `prompts:activate`.',
      }),
    ),
    expectedVersion: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), Type.Null()], {
        description: 'Version that the label has now. By default, the one that it had at the start.',
      }),
    ),
    reason: Type.Optional(Type.String({ maxLength: 500, description: 'Reason for the decision.' })),
  },
  { title: 'CompleteExperimentRequest', description: 'The end of an experiment.' },
);

export const completeExperiment = defineRoute({
  id: 'prompts.completeExperiment',
  method: 'POST',
  path: '/api/prompts/ab-tests/:id/complete',
  summary: 'Complete an experiment',
  description:
    'Ends a running experiment. Without activation, all units get the version with the label `production` again. With it, the label moves in the same transaction, under the conditions of an activation. Fails with CONFLICT if the experiment does not run, or if the label has moved since the start, and with VALIDATION_FAILED if the winner is not an arm.',
  auth: permission('prompts:write'),
  params,
  body: CompleteExperimentRequest,
  example: { winner: 'control', reason: 'No difference' },
  reply: data(Experiment),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

const interval = (title: string, description: string) =>
  Type.Object(
    {
      estimate: Type.Number({ description: 'Observed value.' }),
      lower: Type.Number({ description: 'Lower bound.' }),
      upper: Type.Number({ description: 'Upper bound.' }),
    },
    { title, description },
  );

const outcome = Type.Enum(['better', 'worse', 'equivalent', 'undecided'], {
  description:
    'What is known of the arm, compared with the first one. `equivalent` means that any difference is too small to matter.',
});

const ArmComparison = Type.Object(
  {
    arm: armName,
    outcome,
    text: Type.String({ description: 'The comparison in words.' }),
    difference: Type.Optional(
      interval('Difference', 'Always-valid confidence interval of the difference of the means.'),
    ),
    relative: Type.Optional(
      interval(
        'RelativeDifference',
        'The difference as a share of the mean of the first arm. Absent while that may be 0.',
      ),
    ),
    pValue: Type.Optional(
      Type.Number({ description: 'Always-valid p-value. Absent below the minimum sample.' }),
    ),
    remaining: Type.Optional(
      field.count(
        'Estimated number of further executions until a decision. Absent if it is not foreseeable.',
      ),
    ),
  },
  { title: 'ArmComparison', description: 'An arm compared with the first one.' },
);
export type ArmComparison = Static<typeof ArmComparison>;

const MetricResult = Type.Object(
  {
    metric: metricName,
    isPrimary: Type.Boolean({ description: 'True for the metric that decides.' }),
    arms: Type.Array(
      Type.Object({
        name: armName,
        observations: field.count('Number of observations.'),
        mean: Type.Optional(Type.Number({ description: 'Mean. Absent without observations.' })),
      }),
      { description: 'Observations of each arm. Costs are in US dollars, latencies in milliseconds.' },
    ),
    comparisons: Type.Array(ArmComparison, { description: 'All arms but the first, compared with it.' }),
  },
  { title: 'MetricResult', description: 'Result of an experiment for one metric.' },
);
export type MetricResult = Static<typeof MetricResult>;

export const ExperimentResults = Type.Object(
  {
    experimentId: field.uuid('Id of the experiment.'),
    status: Type.Enum(['draft', 'running', 'completed'], { description: 'Status of the experiment.' }),
    verdict: Type.String({ description: 'What is known, in words.' }),
    sampleRatio: Type.Object(
      {
        arms: Type.Array(
          Type.Object({
            name: armName,
            units: field.count('Units that got the arm, each counted once.'),
            expectedShare: Type.Number({ description: 'Share of the units that the weights say.' }),
          }),
          { description: 'Units of each arm.' },
        ),
        pValue: Type.Number({ description: 'Always-valid p-value of the expected split.' }),
        isMismatch: Type.Boolean({
          description: 'True if the split is broken. The results must not be used then.',
        }),
      },
      { description: 'Check that units arrived in the proportions of the weights.' },
    ),
    metrics: Type.Array(MetricResult, { description: 'Results by metric. The one that decides is first.' }),
  },
  { title: 'ExperimentResults', description: 'Results of an experiment, which can be read at any time.' },
);
export type ExperimentResults = Static<typeof ExperimentResults>;

export const getExperimentResults = defineRoute({
  id: 'prompts.getExperimentResults',
  method: 'GET',
  path: '/api/prompts/ab-tests/:id/results',
  summary: 'Get the results of an experiment',
  description:
    'Compares all arms with the first one. Intervals are wrong in at most 5 % of experiments, however often they are read. Several arms share these 5 %.',
  auth: permission('prompts:write'),
  params,
  reply: data(ExperimentResults),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
