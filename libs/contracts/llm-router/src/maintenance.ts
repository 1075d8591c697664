import { data, defineRoute, field, permission } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

const ClosedBreakers = Type.Object(
  {
    closed: Type.Array(
      Type.Object({
        provider: Type.String({ description: 'Provider of the circuit breaker.' }),
        model: Type.String({ description: 'Model of the circuit breaker.' }),
      }),
      { description: 'Circuit breakers that were open or half-open before the reset.' },
    ),
  },
  { title: 'ClosedBreakers', description: 'Circuit breakers that a reset has closed.' },
);
export type ClosedBreakers = Static<typeof ClosedBreakers>;

export const resetBreakers = defineRoute({
  id: 'llm.resetBreakers',
  method: 'POST',
  path: '/api/llm/reset',
  summary: 'Reset circuit breakers',
  description: 'Closes all circuit breakers, so that every provider and model is called again at once.',
  auth: permission('llm:operate'),
  reply: data(ClosedBreakers),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const clearCache = defineRoute({
  id: 'llm.clearCache',
  method: 'DELETE',
  path: '/api/llm/cache',
  summary: 'Clear the response cache',
  description: 'Removes the cached answers of one model, or all of them.',
  auth: permission('llm:operate'),
  query: Type.Object({
    model: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Removes only answers of this model.' }),
    ),
  }),
  reply: data(
    Type.Object(
      { removed: field.count('Number of removed answers.') },
      { title: 'ClearedCache', description: 'Result of clearing the cache.' },
    ),
  ),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const BreakerChanges = Type.Object(
  {
    changes: Type.Array(
      Type.Object({
        at: field.timestamp('Time of the change.'),
        change: Type.Enum(['opened', 'closed', 'reset'], {
          description: 'What happened. reset means that an operator has closed all circuit breakers.',
        }),
        provider: Type.Optional(Type.String({ description: 'Provider. Absent for a reset.' })),
        model: Type.Optional(Type.String({ description: 'Model. Absent for a reset.' })),
      }),
      { description: 'Newest first.' },
    ),
  },
  { title: 'BreakerChanges', description: 'Changes of circuit breakers.' },
);

export const listBreakerChanges = defineRoute({
  id: 'llm.listBreakerChanges',
  method: 'GET',
  path: '/api/llm/breaker-changes',
  summary: 'List changes of circuit breakers',
  description:
    'Returns the changes of the last hour by all router processes, at most the latest 500. Each process returns the same.',
  auth: permission('llm:operate'),
  reply: data(BreakerChanges),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
