import { data, defineRoute, permission } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

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
