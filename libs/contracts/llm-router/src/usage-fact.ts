import { defineFact, type FactOf, field } from '@valuecanvas/contracts-core';
import Type from 'typebox';

/** Row of the ledger: one call of a provider, or one answer from the cache. */
export const llmUsage = defineFact({
  name: 'llm.usage',
  owner: 'llm-router',
  description: 'One call of a provider, or one answer from the cache.',
  schema: Type.Object({
    id: field.uuid('Id as UUIDv7. It contains the time of the call and makes replays harmless.'),
    userId: field.uuid('Who pays.'),
    tier: Type.String({ description: 'Tier at the time of the call.' }),
    requestId: Type.String({ description: 'Id of the request.' }),
    operation: Type.String({ description: 'Operation that made the call.' }),
    jobId: Type.Optional(field.uuid('Job that made the call.')),
    promptVersionId: Type.Optional(field.uuid('Prompt version from which the prompt was rendered.')),
    traceId: Type.Optional(Type.String({ description: 'Id of the trace.' })),
    provider: Type.String({ description: 'Provider that was called, or cache.' }),
    model: Type.String({ description: 'Requested model.' }),
    status: Type.Enum(['succeeded', 'failed', 'cancelled', 'timed_out'], {
      description: 'Outcome of the call.',
    }),
    errorCode: Type.Optional(Type.String({ description: 'Error code.' })),
    promptTokens: field.count('Prompt tokens.'),
    completionTokens: field.count('Completion tokens.'),
    cachedTokens: field.count('Prompt tokens that the provider had cached.'),
    cacheWriteTokens: field.count('Prompt tokens that the provider wrote to its cache.'),
    reasoningTokens: field.count('Completion tokens spent on reasoning.'),
    costNanos: Type.String({ pattern: '^\\d+$', description: 'Cost in nano-dollars, as decimal digits.' }),
    costEstimated: Type.Boolean({
      description: 'True if the cost is an estimate, because the provider did not report the whole usage.',
    }),
    latencyMs: field.milliseconds('Duration of the call in milliseconds.'),
    cached: Type.Boolean({ description: 'True if the cache answered.' }),
    streamed: Type.Boolean({ description: 'True if the answer was streamed.' }),
  }),
});
export type LlmUsage = FactOf<typeof llmUsage>;
