import { AppError } from '@valuecanvas/contracts-core';
import type { PromptValue, PromptVariable } from '@valuecanvas/contracts-prompt-registry';
import { valueFault } from '../variables/value-schema.ts';
import type { ExpandedTemplate } from './expand-template.ts';

/** Values by variable name. Undefined counts as absent. */
export type TemplateValues = Readonly<Record<string, PromptValue | undefined>>;

/**
 * Renders a template with values that fit its variables. Texts are inserted verbatim, and braces within them are not expanded.
 * Other values are inserted as JSON. A section is included if its value is present and neither false nor empty. A variable
 * without a value is empty.
 */
export function renderTemplate({ parts }: ExpandedTemplate, values: TemplateValues): string {
  const pieces: string[] = [];
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index];
    if (part?.kind === 'text') pieces.push(part.text);
    else if (part?.kind === 'blank') pieces.push(textOf(ownValue(values, part.name)));
    else if (part && isEmpty(ownValue(values, part.name))) index = part.end - 1;
  }
  return pieces.join('');
}

/**
 * Throws VALIDATION_FAILED with a detail at `variables.<name>` for each missing required variable, each unknown one, and each
 * value that does not match the schema of its variable.
 */
export function assertFits(variables: readonly PromptVariable[], values: TemplateValues): void {
  const faults: (readonly [name: string, message: string])[] = [];
  for (const { name, required } of variables)
    if (required && ownValue(values, name) === undefined) faults.push([name, 'is required']);
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value === undefined) continue;
    const variable = variables.find((candidate) => candidate.name === name);
    const fault = variable ? valueFault(variable.schema, value) : 'is not a variable of this prompt';
    if (fault !== undefined) faults.push([name, fault]);
  }
  if (faults.length === 0) return;
  throw new AppError('VALIDATION_FAILED', {
    details: faults.map(([name, message]) => ({ path: `variables.${name}`, message })),
  });
}

/** Returns an own value, so that names such as `constructor` have none by default. */
function ownValue(values: TemplateValues, name: string): PromptValue | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function textOf(value: PromptValue | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isEmpty(value: PromptValue | undefined): boolean {
  return (
    value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0)
  );
}
