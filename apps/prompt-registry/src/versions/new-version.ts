import { AppError } from '@valuecanvas/contracts-core';
import {
  type CreatePromptVersionRequest,
  type PromptMetadata,
  type PromptVariable,
  reservedKeys,
} from '@valuecanvas/contracts-prompt-registry';
import { parseTemplate } from '@valuecanvas/prompts-sdk';

/** Valid version, ready to be stored. */
export interface NewVersion {
  readonly promptKey: string;
  readonly template: string;
  readonly variables: readonly PromptVariable[];
  readonly metadata: PromptMetadata;
  readonly createdBy: string;
}

interface Fault {
  readonly path: string;
  readonly message: string;
}

/**
 * Completes a request: a plain name becomes a required variable, and missing metadata gets defaults. Throws
 * VALIDATION_FAILED for a reserved key, an invalid template, or variables that differ from the template's.
 */
export function newVersion(request: CreatePromptVersionRequest, createdBy: string): NewVersion {
  const { promptKey, template } = request;
  if (isReserved(promptKey)) {
    throw invalid([{ path: 'promptKey', message: `is reserved, as are ${reservedKeys.join(', ')}` }]);
  }
  const variables = request.variables.map((variable) =>
    typeof variable === 'string' ? { name: variable, required: true } : variable,
  );
  const faults = variableFaults(template, variables);
  if (faults.length > 0) throw invalid(faults);
  const metadata = { author: createdBy, description: '', tags: [], ...request.metadata };
  return { promptKey, template, variables, metadata, createdBy };
}

function isReserved(promptKey: string): boolean {
  return reservedKeys.some((reserved) => reserved === promptKey);
}

function variableFaults(template: string, variables: readonly PromptVariable[]): Fault[] {
  const { blanks, sections } = parseTemplate(template);
  const used = new Set([...blanks, ...sections]);
  const names = variables.map(({ name }) => name);
  const undeclared = [...used].filter((name) => !names.includes(name));
  return [
    ...undeclared.map((name) => ({
      path: 'template',
      message: `uses ${name}, which is not among the variables`,
    })),
    ...names.flatMap((name, index) => {
      const path = `variables.${index}`;
      if (names.indexOf(name) < index) return [{ path, message: `${name} is declared twice` }];
      return used.has(name) ? [] : [{ path, message: `${name} is not used in the template` }];
    }),
  ];
}

function invalid(details: readonly Fault[]): AppError {
  return new AppError('VALIDATION_FAILED', { details });
}
