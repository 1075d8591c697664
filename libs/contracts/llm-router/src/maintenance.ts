import { data, defineRoute, field, permission } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

const ClosedBreakers = Type.Object(
  {
    closed: Type.Array(
      Type.Object({
        provider: Type.String({ description: 'Provider.' }),
        model: Type.String({ description: 'Model.' }),
      }),
      { description: 'The breakers that were not closed before.' },
    ),
  },
  { title: 'ClosedBreakers', description: 'What a reset has changed.' },
);
export type ClosedBreakers = Static<typeof ClosedBreakers>;

export const resetBreakers = defineRoute({
  id: 'llm.resetBreakers',
  method: 'POST',
  path: '/api/llm/reset',
  summary: 'Close the circuit breakers',
  description: 'Lets every provider be called again at once, for each of its models.',
  auth: permission('llm:operate'),
  reply: data(ClosedBreakers),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const clearCache = defineRoute({
  id: 'llm.clearCache',
  method: 'DELETE',
  path: '/api/llm/cache',
  summary: 'Empty the cache',
  description: 'Forgets the cached answers of one model, or all of them.',
  auth: permission('llm:operate'),
  query: Type.Object({
    model: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Only answers to requests for this model.' }),
    ),
  }),
  reply: data(
    Type.Object(
      { removed: field.count('Answers that were forgotten.') },
      { title: 'ClearedCache', description: 'What is gone.' },
    ),
  ),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
