import { AppError } from '@valuecanvas/contracts-core';
import type { PromptVariable } from '@valuecanvas/contracts-prompt-registry';
import type { Template } from './template.ts';

/** Values by variable name. Undefined counts as absent. */
export type TemplateValues = Readonly<Record<string, string | undefined>>;

/**
 * Renders a template. Values are inserted verbatim, and braces within them are not expanded. A section is included if
 * its value is present and not empty. An optional variable without a value is empty. Throws VALIDATION_FAILED with a
 * detail at `variables.<name>` for each missing required variable and each unknown one.
 */
export function renderTemplate(
  template: Template,
  variables: readonly PromptVariable[],
  values: TemplateValues,
): string {
  const given = new Map(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  assertFits(variables, given);
  const { parts } = template;
  const pieces: string[] = [];
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index];
    if (part?.kind === 'text') pieces.push(part.text);
    else if (part?.kind === 'blank') pieces.push(given.get(part.name) ?? '');
    else if (part && !given.get(part.name)) index = part.end - 1;
  }
  return pieces.join('');
}

function assertFits(variables: readonly PromptVariable[], given: ReadonlyMap<string, string>): void {
  const known = new Set(variables.map(({ name }) => name));
  const missing = variables
    .filter(({ name, required }) => required && !given.has(name))
    .map(({ name }) => name);
  const unknown = [...given.keys()].filter((name) => !known.has(name));
  const details = [
    ...missing.map((name) => ({ path: `variables.${name}`, message: 'is required' })),
    ...unknown.map((name) => ({ path: `variables.${name}`, message: 'is not a variable of this prompt' })),
  ];
  if (details.length > 0) throw new AppError('VALIDATION_FAILED', { details });
}
