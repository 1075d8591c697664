import { defineFact, type FactOf, field } from '@valuecanvas/contracts-core';
import Type from 'typebox';

/** One row of the ledger: a provider was called, or the cache answered in its place. */
export const llmUsage = defineFact({
  name: 'llm.usage',
  owner: 'llm-router',
  description: 'One call of a provider, or one answer from the cache.',
  schema: Type.Object({
    id: field.uuid('UUIDv7: the time of the call is in it, and a replay collides.'),
    userId: field.uuid('Who pays.'),
    tier: Type.String({ description: 'Tier at the time of the call.' }),
    requestId: Type.String({ description: 'Request that the call belongs to.' }),
    operation: Type.String({ description: 'Operation that spent.' }),
    jobId: Type.Optional(field.uuid('Job on whose behalf the call was made.')),
    promptVersionId: Type.Optional(field.uuid('Prompt version that made the prompt.')),
    traceId: Type.Optional(Type.String({ description: 'Trace that the call belongs to.' })),
    provider: Type.String({ description: 'Provider that was called, or cache.' }),
    model: Type.String({ description: 'Model that was asked for.' }),
    status: Type.Enum(['succeeded', 'failed', 'cancelled', 'timed_out'], {
      description: 'How the call ended.',
    }),
    errorCode: Type.Optional(Type.String({ description: 'Code of the failure.' })),
    promptTokens: field.count('Prompt tokens.'),
    completionTokens: field.count('Completion tokens.'),
    cachedTokens: field.count('Prompt tokens that the provider had cached.'),
    cacheWriteTokens: field.count('Prompt tokens that the provider wrote to its cache.'),
    reasoningTokens: field.count('Completion tokens spent on reasoning.'),
    costNanos: Type.String({ pattern: '^\\d+$', description: 'Cost in nano-dollars, as decimal digits.' }),
    costEstimated: Type.Boolean({ description: 'Whether the cost is an upper bound, not a count.' }),
    latencyMs: field.milliseconds('Milliseconds of the call.'),
    cached: Type.Boolean({ description: 'Whether the cache answered.' }),
    streamed: Type.Boolean({ description: 'Whether the answer was streamed.' }),
  }),
});
export type LlmUsage = FactOf<typeof llmUsage>;
