import { defineFact, type FactOf, field } from '@valuecanvas/contracts-core';
import Type from 'typebox';

/** One use of a prompt version, from which its performance is computed. */
export const promptExecution = defineFact({
  name: 'prompts.execution',
  owner: 'prompt-registry',
  description: 'A prompt version was rendered, sent to a model, and its answer used or not.',
  schema: Type.Object({
    id: field.uuid('UUIDv7; feedback refers to it, and a replay collides.'),
    promptVersionId: field.uuid('Version that was used.'),
    userId: field.uuid('For whom.'),
    requestId: Type.String({ description: 'Request that it belongs to.' }),
    operation: Type.String({ description: 'Operation that used it.' }),
    success: Type.Boolean({ description: 'Whether the answer could be used.' }),
    errorCode: Type.Optional(Type.String({ description: 'Code of the failure.' })),
    provider: Type.Optional(Type.String({ description: 'Who answered.' })),
    model: Type.Optional(Type.String({ description: 'Model that answered.' })),
    latencyMs: field.milliseconds('Milliseconds from rendering to usable answer.'),
    costNanos: Type.Optional(field.nanoDollars('Cost in nano-dollars.')),
    cost: Type.Optional(
      field.dollars(
        'Cost in US dollars: the only one in facts of releases before costNanos, which read no other.',
      ),
    ),
    promptTokens: field.count('Prompt tokens.'),
    completionTokens: field.count('Completion tokens.'),
  }),
});
export type PromptExecution = FactOf<typeof promptExecution>;
