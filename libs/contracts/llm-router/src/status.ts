import { data, defineRoute, field, publicStatus } from '@valuecanvas/contracts-core';
import Type from 'typebox';

const breakerState = Type.Enum(['closed', 'open', 'half-open'], {
  description: 'State of the circuit breaker: closed is healthy, open is shut off.',
});

const ProviderStats = Type.Object({
  state: breakerState,
  calls: field.count('Calls made.'),
  failures: field.count("Calls that failed, the caller's own mistakes not counted."),
  fallbacks: field.count('Calls that were served here because a provider before this one could not.'),
  latencyP50: field.milliseconds('Median latency in milliseconds.'),
  latencyP95: field.milliseconds('Latency in milliseconds that 95 % of the calls stay below.'),
  models: Type.Record(Type.String(), breakerState, { description: 'By model that has been asked for.' }),
});

const LlmStats = Type.Object(
  {
    providers: Type.Record(Type.String(), ProviderStats, { description: 'By provider.' }),
    cache: Type.Object(
      {
        hits: field.count('Answers from the cache.'),
        misses: field.count('Look-ups without a result.'),
        hitRate: Type.Number({ minimum: 0, maximum: 1, description: 'Hits among all look-ups.' }),
      },
      { description: 'The exact cache.' },
    ),
    since: field.timestamp('Start of the counting.'),
  },
  { title: 'LlmStats', description: 'How the providers and the cache do.' },
);

export const getStats = defineRoute({
  id: 'llm.getStats',
  method: 'GET',
  path: '/api/llm/stats',
  summary: 'Statistics of providers and cache',
  description: 'Aggregate figures of this router since it started.',
  auth: publicStatus,
  reply: data(LlmStats),
  errors: [],
});

const LlmHealth = Type.Object(
  {
    healthy: Type.Boolean({ description: 'Whether at least one provider can serve.' }),
    providers: Type.Record(
      Type.String(),
      Type.Object({ healthy: Type.Boolean({ description: 'Whether it can serve.' }), state: breakerState }),
      { description: 'By provider.' },
    ),
  },
  { title: 'LlmHealth', description: 'Whether models can be reached.' },
);

export const getHealth = defineRoute({
  id: 'llm.getHealth',
  method: 'GET',
  path: '/api/llm/health',
  summary: 'Health of the providers',
  description: 'Answers 503 with the same body when no provider can serve.',
  auth: publicStatus,
  reply: data(LlmHealth),
  otherReplies: { 503: data(LlmHealth) },
  errors: [],
});
