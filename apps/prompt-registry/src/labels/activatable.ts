import { AppError } from '@valuecanvas/contracts-core';
import { type ActivePrompt, alwaysGiven, type PromptVariable } from '@valuecanvas/contracts-prompt-registry';
import { joinVariables } from '@valuecanvas/prompts-sdk';
import type { ServedModels } from '@valuecanvas/served-models';

/**
 * Throws VALIDATION_FAILED if a version of one of the platform's own prompts requires a variable that the service which renders
 * it does not always give, or names a model that no provider serves.
 */
export type AssertActivatable = (version: ActivePrompt) => Promise<void>;

export function createAssertActivatable(models: ServedModels): AssertActivatable {
  return async (version) => {
    assertRenderable(version.promptKey, joinVariables(version));
    await assertServed(models, version);
  };
}

/** `variables` are those of the version and of all prompts that it embeds. */
export function assertRenderable(promptKey: string, variables: readonly PromptVariable[]): void {
  const given = Object.hasOwn(alwaysGiven, promptKey) ? alwaysGiven[promptKey] : undefined;
  if (!given) return;
  const details = variables.flatMap(({ name, required }, index) =>
    required && !given.includes(name)
      ? [
          {
            path: `variables.${index}`,
            message: `${name} is required, but not always given. Make it optional.`,
          },
        ]
      : [],
  );
  if (details.length === 0) return;
  throw new AppError('VALIDATION_FAILED', {
    message: `${promptKey} could not be rendered: of its variables, ${given.join(', ')} may be required. Use a version that requires no other one.`,
    details,
  });
}

/** The router serves only the platform's own prompts, so the models of all others are not checked. */
async function assertServed(
  models: ServedModels,
  { promptKey, metadata: { model } }: ActivePrompt,
): Promise<void> {
  if (model === undefined || !Object.hasOwn(alwaysGiven, promptKey)) return;
  const message = (await models.refusals([model])).get(model);
  if (message === undefined) return;
  throw new AppError('VALIDATION_FAILED', {
    message: `The model of this version cannot be called: ${message}`,
    details: [{ path: 'metadata.model', message }],
  });
}
