import { data, defineRoute, permission, strictObject } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { flagKey } from './flag.ts';

export const Evaluation = Type.Object(
  {
    enabled: Type.Boolean({ description: 'True if the flag is on for the caller.' }),
    variant: Type.Union([Type.String(), Type.Null()], {
      description: 'Name of the variant, if the flag has variants.',
    }),
    value: Type.Unknown({
      description: 'Configuration of the variant, or the same as enabled if there is none.',
    }),
    reason: Type.Enum(['STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'DEFAULT'], {
      description: 'Reason of the evaluation, as defined by OpenFeature.',
    }),
  },
  { title: 'Evaluation', description: 'Value of a flag for one caller.' },
);
export type Evaluation = Static<typeof Evaluation>;

export const evaluateFlags = defineRoute({
  id: 'flags.evaluate',
  method: 'GET',
  path: '/api/flags/evaluate',
  summary: 'Evaluate all flags',
  description: 'Evaluates all flags for the caller, or for the owner of an API key.',
  auth: permission('flags:evaluate'),
  reply: data(
    Type.Object(
      { flags: Type.Record(Type.String(), Evaluation, { description: 'By key.' }) },
      { description: 'All flags.' },
    ),
  ),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const ExplainFlagRequest = strictObject(
  {
    context: Type.Object(
      {
        targetingKey: Type.String({
          minLength: 1,
          maxLength: 1_000,
          description: 'Subject of the evaluation.',
        }),
      },
      { additionalProperties: true, description: 'Context of the evaluation, with all its attributes.' },
    ),
  },
  { title: 'ExplainFlagRequest', description: 'Context for which to explain a flag.' },
);

export const FlagExplanation = Type.Object(
  {
    evaluation: Evaluation,
    version: Type.Integer({ description: 'Version of the flag that was evaluated.' }),
    steps: Type.Array(
      Type.Object(
        {
          name: Type.String({
            description: 'Name of the step: a prerequisite, a list, a rule, or the rollout.',
          }),
          decided: Type.Boolean({ description: 'True if the step decided. It is the last one then.' }),
          failures: Type.Array(Type.String(), {
            description: 'Reasons for which the step did not decide. Empty if it did.',
          }),
        },
        { description: 'Step of the evaluation.' },
      ),
      {
        description: 'Steps in their order, up to the one that decided. None decided if the default applies.',
      },
    ),
    unit: Type.Union([Type.String(), Type.Null()], {
      description: 'Value that selects the bucket. Null if the context lacks the attribute.',
    }),
    bucket: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Bucket of the rollout, from 0 to 99,999. A percentage of 1 includes the first 1,000.',
    }),
  },
  { title: 'FlagExplanation', description: 'How a context came to its evaluation.' },
);
export type FlagExplanation = Static<typeof FlagExplanation>;

export const explainFlag = defineRoute({
  id: 'flags.explain',
  method: 'POST',
  path: '/api/flags/:key/explain',
  summary: 'Explain a flag',
  description:
    'Evaluates a flag for any context, and returns which rule decided and why the ones before it did not.',
  auth: permission('flags:read'),
  params: Type.Object({ key: Type.String({ ...flagKey, examples: ['new_canvas_ui'] }) }),
  body: ExplainFlagRequest,
  example: { context: { targetingKey: 'user-1', tier: 'pro' } },
  reply: data(FlagExplanation),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
