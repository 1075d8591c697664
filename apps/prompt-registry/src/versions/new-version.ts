import { AppError } from '@valuecanvas/contracts-core';
import {
  type CreatePromptVersionRequest,
  maxTemplateLength,
  type PromptMessage,
  type PromptMetadata,
  type PromptVariable,
  reservedKeys,
} from '@valuecanvas/contracts-prompt-registry';
import {
  type EmbedReference,
  joinMessages,
  parseReference,
  parseTemplate,
  type Template,
  valueSchemaFault,
} from '@valuecanvas/prompts-sdk';

/** Valid version, ready to be stored. */
export interface NewVersion {
  readonly promptKey: string;
  readonly template: string;
  readonly messages: readonly PromptMessage[] | undefined;
  /** Prompts that it embeds, each once. */
  readonly embeds: readonly EmbedReference[];
  readonly variables: readonly PromptVariable[];
  readonly metadata: PromptMetadata;
  readonly createdBy: string;
}

interface Fault {
  readonly path: string;
  readonly message: string;
}

/**
 * Completes a request: a plain name becomes a required variable, the template of a chat prompt is the text of its messages, and
 * missing metadata gets defaults. Throws VALIDATION_FAILED for a reserved key, an invalid template, or variables that differ
 * from the template's.
 */
export function newVersion(request: CreatePromptVersionRequest, createdBy: string): NewVersion {
  const { promptKey, messages } = request;
  if (isReserved(promptKey)) {
    throw invalid([{ path: 'promptKey', message: `is reserved, as are ${reservedKeys.join(', ')}` }]);
  }
  const template = templateOf(request);
  const variables = variablesOf(request.variables);
  const parsed = parseAll(template, messages);
  const used = new Set(parsed.flatMap(({ blanks, sections }) => [...blanks, ...sections]));
  const faults = [...variableFaults(used, variables), ...schemaFaults(variables)];
  if (faults.length > 0) throw invalid(faults);
  const metadata = { author: createdBy, description: '', tags: [], ...request.metadata };
  const embeds = [...new Set(parsed.flatMap((one) => one.embeds))].map(parseReference);
  return { promptKey, template, messages, embeds, variables, metadata, createdBy };
}

function isReserved(promptKey: string): boolean {
  return reservedKeys.some((reserved) => reserved === promptKey);
}

function templateOf({ template, messages }: CreatePromptVersionRequest): string {
  if ((template === undefined) === (messages === undefined))
    throw invalid([{ path: 'template', message: 'send either a template or messages' }]);
  const text = template ?? joinMessages(messages ?? []);
  if (text.length > maxTemplateLength) {
    const message = `must not have more than ${maxTemplateLength} characters together`;
    throw invalid([{ path: 'messages', message }]);
  }
  return text;
}

function variablesOf(declared: CreatePromptVersionRequest['variables']): PromptVariable[] {
  if (Array.isArray(declared))
    return declared.map((variable) =>
      typeof variable === 'string' ? { name: variable, required: true } : variable,
    );
  const { properties, required = [] } = declared;
  const unknown = required.filter((name) => !Object.hasOwn(properties, name));
  if (unknown.length > 0)
    throw invalid([{ path: 'variables.required', message: `${unknown.join(', ')} is not a property` }]);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    required: required.includes(name),
    ...(typeof schema.description === 'string' ? { description: schema.description.slice(0, 500) } : {}),
    schema,
  }));
}

function parseAll(template: string, messages: readonly PromptMessage[] | undefined): Template[] {
  return messages
    ? messages.map(({ content }, index) => parseTemplate(content, `messages.${index}.content`))
    : [parseTemplate(template)];
}

function variableFaults(used: ReadonlySet<string>, variables: readonly PromptVariable[]): Fault[] {
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

function schemaFaults(variables: readonly PromptVariable[]): Fault[] {
  return variables.flatMap(({ schema }, index) => {
    const message = schema && valueSchemaFault(schema);
    return message === undefined ? [] : [{ path: `variables.${index}.schema`, message }];
  });
}

function invalid(details: readonly Fault[]): AppError {
  return new AppError('VALIDATION_FAILED', { details });
}
