import { defineRoute, raw, services, strictObject } from '@valuecanvas/contracts-core';
import Type from 'typebox';

export const checkModels = defineRoute({
  id: 'llm.checkModels',
  method: 'POST',
  path: '/internal/llm/models/check',
  summary: 'Find models that no provider serves',
  description:
    'Returns those of the given models that no configured provider serves, and the models to choose from.',
  auth: services('prompt-registry', 'feature-flags'),
  body: strictObject(
    { models: Type.Array(Type.String(), { description: 'Names of models, valid or not.' }) },
    { description: 'The models to check.' },
  ),
  example: { models: ['meta-llama/Llama-3-70b-chat-hf', 'an-unknown-model'] },
  reply: raw(
    Type.Object(
      {
        unserved: Type.Array(Type.String(), { description: 'Given models that no provider serves.' }),
        listed: Type.Array(Type.String(), { description: 'All models that GET /v1/models lists.' }),
      },
      { description: 'Result of the check.' },
    ),
  ),
  errors: [],
});
