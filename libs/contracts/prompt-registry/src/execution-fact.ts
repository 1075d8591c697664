import { defineFact, type FactOf, field } from '@valuecanvas/contracts-core';
import Type from 'typebox';

/** Use of a prompt version, from which its performance is computed. */
export const promptExecution = defineFact({
  name: 'prompts.execution',
  owner: 'prompt-registry',
  description: 'A prompt version was rendered and sent to a model, and the answer was usable or not.',
  schema: Type.Object({
    id: field.uuid('Id as UUIDv7. Ratings refer to it, and it makes replays harmless.'),
    promptVersionId: field.uuid('Version that was used.'),
    userId: field.uuid('Id of the user.'),
    requestId: Type.String({ description: 'Id of the request.' }),
    operation: Type.String({ description: 'Operation that used the version.' }),
    success: Type.Boolean({ description: 'True if the answer was usable.' }),
    errorCode: Type.Optional(Type.String({ description: 'Error code.' })),
    provider: Type.Optional(Type.String({ description: 'Provider that answered.' })),
    model: Type.Optional(Type.String({ description: 'Model that answered.' })),
    latencyMs: field.milliseconds('Milliseconds from rendering to usable answer.'),
    costNanos: Type.Optional(field.nanoDollars('Cost in nano-dollars.')),
    cost: Type.Optional(
      field.dollars(
        'Cost in US dollars. Facts of releases before costNanos have only this field, and those releases read only this one.',
      ),
    ),
    promptTokens: field.count('Prompt tokens.'),
    completionTokens: field.count('Completion tokens.'),
    assignment: Type.Optional(
      Type.Object(
        {
          trialId: field.uuid('Id of the experiment or canary.'),
          step: Type.Optional(field.count('Step of the canary.')),
          arm: Type.String({ description: 'Arm of the unit.' }),
          unit: Type.Optional(Type.String({ description: 'Unit that keeps its arm. The user by default.' })),
        },
        { description: 'Experiment or canary that chose the version.' },
      ),
    ),
  }),
});
export type PromptExecution = FactOf<typeof promptExecution>;
