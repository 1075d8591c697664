import type { EmbeddedPrompt, PromptVariable } from '@valuecanvas/contracts-prompt-registry';

/**
 * Joins the variables of a version with those of the prompts that it embeds. A variable of several templates is required if one
 * of them requires it, and its value must match all their schemas.
 */
export function joinVariables(version: {
  readonly variables: readonly PromptVariable[];
  readonly embedded?: readonly Pick<EmbeddedPrompt, 'variables'>[];
}): readonly PromptVariable[] {
  if (!version.embedded) return version.variables;
  const joined = new Map<string, PromptVariable>();
  for (const variables of [version.variables, ...version.embedded.map((embedded) => embedded.variables)]) {
    for (const variable of variables) {
      const known = joined.get(variable.name);
      joined.set(variable.name, known ? both(known, variable) : variable);
    }
  }
  return [...joined.values()];
}

function both(known: PromptVariable, other: PromptVariable): PromptVariable {
  const schemas = [known, other].map(({ schema = { type: 'string' } }) => schema);
  const isText = known.schema === undefined && other.schema === undefined;
  return {
    ...known,
    required: known.required || other.required,
    ...(isText ? {} : { schema: { allOf: schemas } }),
  };
}
