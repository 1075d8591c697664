import {
  CreatePromptVersionRequest,
  defaultEnvironment,
  type PinnedPromptVersion,
  type PromptMetadata,
  type PromptVariable,
} from '@valuecanvas/contracts-prompt-registry';
import { Errors } from 'typebox/schema';
import { Document, parse, Scalar, visit } from 'yaml';

/** A prompt as a file: the versions with labels, and the newest one. */
export interface PromptFile {
  readonly key: string;
  /** Oldest first. */
  readonly versions: readonly FileVersion[];
}

export interface FileVersion {
  /** Labels as `label` or `environment/label`, in order. */
  readonly labels: readonly string[];
  readonly content: Content;
}

/** Part of a version that two registries share. Numbers and authors differ between them. */
export type Content = Pick<CreatePromptVersionRequest, 'template' | 'messages' | 'variables' | 'metadata'>;

/** A file cannot be read as a prompt. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
}

/** Returns the content of a version without what the registry adds by default, so that equal versions have equal contents. */
export function contentOf(
  version: Pick<PinnedPromptVersion, 'template' | 'messages' | 'variables' | 'metadata'>,
): Content {
  const { messages, template, metadata } = version;
  const { author: _author, commitMessage: _message, description, tags, ...parameters } = metadata;
  return {
    metadata: {
      ...(description === '' ? {} : { description }),
      ...(tags.length === 0 ? {} : { tags }),
      ...parameters,
    },
    variables: version.variables.map(shortened),
    ...(messages ? { messages } : { template }),
  };
}

/** A variable of which only the name is known is required. */
function shortened(variable: PromptVariable): PromptVariable | string {
  const { name, required, description, schema } = variable;
  return required && description === undefined && schema === undefined ? name : variable;
}

/** Compares contents regardless of the order of fields. */
export function sameContent(a: Content, b: Content): boolean {
  return sorted(a) === sorted(b);
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

export function fileName(key: string): string {
  return `${key}.yaml`;
}

/** Writes a prompt as YAML, in which texts stand as lines. Equal prompts give equal files. */
export function formatPrompt({ key, versions }: PromptFile): string {
  const written = versions.map(({ labels, content }) => ({ labels, ...content }));
  const file = new Document({ key, versions: written });
  visit(file, { Scalar: (_, node) => quoteBlankLines(node) });
  return file.toString({ lineWidth: 0, blockQuote: 'literal' });
}

/** Quotes a text of blank lines only: as a block it would lose its spaces. */
function quoteBlankLines(node: Scalar): void {
  if (typeof node.value === 'string' && node.value.trim() === '') node.type = Scalar.QUOTE_DOUBLE;
}

/** Throws FileFault for a text that is no prompt, or not the one that its name says. */
export function parsePrompt(text: string, name: string): PromptFile {
  const file = read(text, name);
  const faults = [...Errors(FileSchema, file)[1]].map(
    ({ instancePath, message }) => `${instancePath || 'the file'} ${message}`,
  );
  if (faults.length > 0) throw new FileFault(`${name}: ${faults[0]}`);
  const { key, versions } = file as {
    readonly key: string;
    readonly versions: readonly (Content & { readonly labels: readonly string[] })[];
  };
  if (fileName(key) !== name) throw new FileFault(`${name}: the prompt ${key} belongs into ${fileName(key)}`);
  const labels = versions.flatMap((version) => version.labels.map(labelText));
  const repeated = labels.find((label, index) => labels.indexOf(label) < index);
  if (repeated !== undefined) throw new FileFault(`${name}: the label ${repeated} is given twice`);
  return {
    key,
    versions: versions.map(({ labels: ofVersion, ...content }) => ({
      labels: ofVersion.map(labelText).sort(),
      content: normalized(content),
    })),
  };
}

function read(text: string, name: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new FileFault(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const { promptKey, ...contentSchemas } = CreatePromptVersionRequest.properties;
const labelPattern = '^([a-z][a-z0-9_.-]{0,35}/)?[a-z][a-z0-9_.-]{0,35}$';

/** The registry checks the rest when it stores a version. */
const FileSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['key', 'versions'],
  properties: {
    key: promptKey,
    versions: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['labels', 'variables'],
        properties: {
          labels: { type: 'array', items: { type: 'string', pattern: labelPattern } },
          ...contentSchemas,
        },
      },
    },
  },
} as const;

/** A person may write what the registry adds by default, a variable in full, or variables as a JSON Schema. */
function normalized({ template, messages, variables, metadata = {} }: Content): Content {
  const full: PromptMetadata = { author: '', description: '', tags: [], ...metadata };
  const listed = Array.isArray(variables) ? variables : variablesOf(variables);
  return contentOf({
    template: template ?? '',
    ...(messages ? { messages } : {}),
    variables: listed.map((variable) =>
      typeof variable === 'string' ? { name: variable, required: true } : variable,
    ),
    metadata: full,
  });
}

function variablesOf({
  properties,
  required = [],
}: Exclude<Content['variables'], readonly unknown[]>): PromptVariable[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    required: required.includes(name),
    ...(typeof schema.description === 'string' ? { description: schema.description.slice(0, 500) } : {}),
    schema,
  }));
}

/** Returns the shortest form of a label. */
function labelText(text: string): string {
  const [label = '', environment = defaultEnvironment] = text.split('/').reverse();
  return toLabelText({ environment, label });
}

export function toLabelText({
  environment,
  label,
}: {
  readonly environment: string;
  readonly label: string;
}): string {
  return environment === defaultEnvironment ? label : `${environment}/${label}`;
}
