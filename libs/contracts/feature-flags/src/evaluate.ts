import { data, defineRoute, permission } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

export const Evaluation = Type.Object(
  {
    enabled: Type.Boolean({ description: 'Whether the feature is on.' }),
    variant: Type.Union([Type.String(), Type.Null()], {
      description: 'Form of the feature, if it has several.',
    }),
    value: Type.Unknown({ description: 'Configuration of the variant, or whether the feature is on.' }),
    reason: Type.Enum(['STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'DEFAULT'], {
      description: 'Why, in the words of OpenFeature.',
    }),
  },
  { title: 'Evaluation', description: 'What a flag means for one caller.' },
);
export type Evaluation = Static<typeof Evaluation>;

export const evaluateFlags = defineRoute({
  id: 'flags.evaluate',
  method: 'GET',
  path: '/api/flags/evaluate',
  summary: 'Evaluate all flags',
  description: 'What every flag means for the caller; of an API key, for its user.',
  auth: permission('flags:evaluate'),
  reply: data(
    Type.Object(
      { flags: Type.Record(Type.String(), Evaluation, { description: 'By key.' }) },
      { description: 'All flags.' },
    ),
  ),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
