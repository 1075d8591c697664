import {
  data,
  defineRoute,
  empty,
  field,
  list,
  listQuery,
  permission,
  strictObject,
  user,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { metricName } from './ab-tests.ts';
import { environmentName, labelName } from './labels.ts';
import {
  ModelParameters,
  PromptVersion,
  promptKey,
  RenderedMessage,
  versionNumber,
} from './prompt-version.ts';

const params = Type.Object({ promptKey });

export const getPrompt = defineRoute({
  id: 'prompts.get',
  method: 'GET',
  path: '/api/prompts/:promptKey',
  summary: 'Get the active version of a prompt',
  description:
    'Returns the version that is currently used for all users, or the version with a label. Answers 304 if if-none-match has its ETag.',
  auth: permission('prompts:read'),
  params,
  query: Type.Object({ label: Type.Optional(labelName), environment: environmentName }),
  reply: data(PromptVersion),
  otherReplies: { 304: empty },
  responseHeaders: { etag: Type.String({ description: 'Changes with the version and its statistics.' }) },
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

/** Value of a variable. Its own schema, if it has one, restricts it further. */
export const promptValue = Type.Union([
  Type.String({ maxLength: 500_000 }),
  Type.Number(),
  Type.Boolean(),
  Type.Array(Type.Unknown()),
  Type.Record(Type.String(), Type.Unknown()),
]);
export type PromptValue = Static<typeof promptValue>;

const RenderPromptRequest = strictObject(
  {
    variables: Type.Record(Type.String(), promptValue, {
      description: 'Values of the variables. Missing required variables and unknown ones are rejected.',
    }),
    version: Type.Optional(
      versionNumber('Version to render. The active version by default. Send either this or a label.'),
    ),
    label: Type.Optional(labelName),
    environment: environmentName,
  },
  { title: 'RenderPromptRequest', description: 'Values for the variables of a prompt.' },
);

export const RenderedPrompt = Type.Object(
  {
    promptKey,
    version: versionNumber('Version that was rendered.'),
    versionId: field.uuid('Id of the rendered version.'),
    content: Type.String({
      description: 'Rendered text. Of a chat prompt, all messages, separated by empty lines.',
    }),
    messages: Type.Array(RenderedMessage, {
      description: 'Messages to send to a model. A version that is one text is a message of the user.',
    }),
    metadata: ModelParameters,
  },
  { title: 'RenderedPrompt', description: 'A rendered prompt.' },
);
export type RenderedPrompt = Static<typeof RenderedPrompt>;

export const renderPrompt = defineRoute({
  id: 'prompts.render',
  method: 'POST',
  path: '/api/prompts/:promptKey/render',
  summary: 'Render a prompt',
  description: 'Renders a template with the given variables. Nothing is sent to a model.',
  auth: permission('prompts:read'),
  params,
  body: RenderPromptRequest,
  example: { variables: { businessDescription: 'A bakery that delivers sourdough bread by bicycle' } },
  bodyLimitBytes: 2 * 1024 * 1024,
  reply: data(RenderedPrompt),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const OwnExecution = Type.Object(
  {
    id: field.uuid('Id of the execution.'),
    promptVersionId: field.uuid('Version that was used.'),
    operation: Type.Optional(Type.String({ description: 'Operation that used the version.' })),
    model: Type.Optional(Type.String({ description: 'Model that answered.' })),
    success: Type.Boolean({ description: 'True if the answer was usable.' }),
    rating: Type.Optional(Type.Integer({ minimum: 1, maximum: 5, description: 'Your rating.' })),
    comment: Type.Optional(Type.String({ description: 'Your comment on the rating.' })),
    createdAt: field.timestamp('Time of the execution.'),
  },
  { title: 'OwnExecution', description: 'A use of a prompt for you, with your rating.' },
);
export type OwnExecution = Static<typeof OwnExecution>;

export const listExecutions = defineRoute({
  id: 'prompts.listExecutions',
  method: 'GET',
  path: '/api/prompts/executions',
  summary: 'List your executions',
  description: 'Uses of prompts for the caller with their ratings, newest first.',
  auth: user,
  query: listQuery(),
  reply: list(OwnExecution),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const RateExecutionRequest = strictObject(
  {
    rating: Type.Integer({ minimum: 1, maximum: 5, description: 'From 1 (useless) to 5 (excellent).' }),
    comment: Type.Optional(Type.String({ maxLength: 2_000, description: 'Comment on the rating.' })),
  },
  { title: 'RateExecutionRequest', description: 'Rating of a result.' },
);

export const rateExecution = defineRoute({
  id: 'prompts.rateExecution',
  method: 'POST',
  path: '/api/prompts/executions/:id/feedback',
  summary: 'Rate the result of a prompt',
  description: 'Rates one of your own executions. A second rating replaces the first.',
  auth: user,
  params: Type.Object({ id: field.uuid('Id of the execution.') }),
  body: RateExecutionRequest,
  example: { rating: 5, comment: 'Specific and useful.' },
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

const PostExecutionMetricRequest = strictObject(
  {
    metric: metricName,
    value: Type.Number({
      minimum: -1e12,
      maximum: 1e12,
      description: 'Value. For a proportion of the experiment, 0 or 1.',
    }),
  },
  { title: 'PostExecutionMetricRequest', description: 'A value of a metric for an execution.' },
);

export const postExecutionMetric = defineRoute({
  id: 'prompts.postExecutionMetric',
  method: 'POST',
  path: '/api/prompts/executions/:id/metrics',
  summary: 'Post a metric of an execution',
  description:
    'Stores a value for one of your own executions, or with `prompts:write` for any: `score` for an evaluation, or a metric that an experiment declares. It counts for the arm of the execution. A second value replaces the first. Fails with VALIDATION_FAILED for a metric that the registry observes itself, and for a proportion that is neither 0 nor 1. An execution can be found about a second after its answer.',
  auth: user,
  params: Type.Object({ id: field.uuid('Id of the execution.') }),
  body: PostExecutionMetricRequest,
  example: { metric: 'score', value: 0.8 },
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
