import { data, defineRoute, field, publicStatus } from '@valuecanvas/contracts-core';
import Type from 'typebox';

const breakerState = Type.Enum(['closed', 'open', 'half-open'], {
  description: 'State of the circuit breaker. closed means healthy, open means that calls are stopped.',
});

const ProviderStats = Type.Object({
  state: breakerState,
  calls: field.count('Calls made.'),
  failures: field.count('Calls that failed, except for errors of the caller.'),
  fallbacks: field.count('Calls that this provider served because a preceding one failed.'),
  latencyP50: field.milliseconds('Median latency in milliseconds.'),
  latencyP95: field.milliseconds('95th percentile of the latency in milliseconds.'),
  models: Type.Record(Type.String(), breakerState, { description: 'State of the circuit breaker by model.' }),
});

const LlmStats = Type.Object(
  {
    providers: Type.Record(Type.String(), ProviderStats, { description: 'By provider.' }),
    cache: Type.Object(
      {
        hits: field.count('Answers from the cache.'),
        misses: field.count('Lookups without a result.'),
        hitRate: Type.Number({ minimum: 0, maximum: 1, description: 'Share of lookups that were hits.' }),
      },
      { description: 'Statistics of the response cache.' },
    ),
    since: field.timestamp('Start of the statistics.'),
    instance: Type.String({
      description: 'Router process that the statistics are of. It is another one after a restart.',
    }),
  },
  { title: 'LlmStats', description: 'Statistics of the providers and the cache.' },
);

export const getStats = defineRoute({
  id: 'llm.getStats',
  method: 'GET',
  path: '/api/llm/stats',
  summary: 'Get statistics of providers and cache',
  description:
    'Returns aggregate figures of one router process since it started. Several processes answer in turn: tell their figures apart by `instance`.',
  auth: publicStatus,
  reply: data(LlmStats),
  errors: [],
});

const LlmHealth = Type.Object(
  {
    healthy: Type.Boolean({ description: 'True if at least one provider can serve calls.' }),
    providers: Type.Record(
      Type.String(),
      Type.Object({
        healthy: Type.Boolean({
          description:
            'True if the provider can serve calls, as calls and a check at the start of the service have shown.',
        }),
        state: breakerState,
        checked: Type.Boolean({ description: 'False until the first check or call has ended.' }),
        problem: Type.Optional(
          Type.Enum(['refused', 'unreachable'], {
            description:
              'refused: the provider refuses the platform’s key or account. unreachable: no connection to the provider can be established.',
          }),
        ),
      }),
      { description: 'By provider.' },
    ),
  },
  { title: 'LlmHealth', description: 'Health of the providers.' },
);

export const getHealth = defineRoute({
  id: 'llm.getHealth',
  method: 'GET',
  path: '/api/llm/health',
  summary: 'Get health of the providers',
  description:
    'Returns the health of each provider. Answers 503 with the same body if no provider can serve calls.',
  auth: publicStatus,
  reply: data(LlmHealth),
  otherReplies: { 503: data(LlmHealth) },
  errors: [],
});
