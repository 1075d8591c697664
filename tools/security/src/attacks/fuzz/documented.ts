import { Compile } from 'typebox/schema';
import { at } from '../fields.ts';
import { type Operation, readOperations } from '../operations.ts';
import type { Answer } from '../target.ts';
import { createResolve, type Resolve, type Schema } from './schema.ts';

/** Describes why a value violates its schema; undefined if it conforms. */
export type Check = (value: unknown) => string | undefined;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

export interface DocumentedHeader {
  readonly required: boolean;
  readonly check: Check;
}

export interface DocumentedAnswer {
  /** By media type without parameters; empty if there is no body. */
  readonly content: ReadonlyMap<string, Check>;
  /** Checks of server-sent event data by event name; empty if the document names no events. */
  readonly events: ReadonlyMap<string, Check>;
  readonly headers: ReadonlyMap<string, DocumentedHeader>;
}

/** One public route with its whole documentation. */
export interface DocumentedOperation extends Operation {
  /** Method and path, as `POST /api/keys`. */
  readonly name: string;
  readonly id: string;
  /** True if it calls a model, which is slow and may cost money. */
  readonly spends: boolean;
  /** Authentication methods, each as the names of its combined security schemes. */
  readonly ways: readonly (readonly string[])[];
  readonly parameters: readonly Parameter[];
  readonly body: { readonly schema: Schema; readonly maxBytes: number } | undefined;
  readonly answers: ReadonlyMap<number, DocumentedAnswer>;
  /** All text of its documentation, references included, to search for stated rules. */
  readonly words: string;
}

export interface Documented {
  readonly operations: readonly DocumentedOperation[];
  readonly resolve: Resolve;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads the platform's OpenAPI document. Throws if it cannot be interpreted. */
export function readDocument(answer: Pick<Answer, 'status' | 'json'>): Documented {
  const document = answer.json as Json;
  const components = (at(document, 'components') ?? {}) as Json;
  const resolve = createResolve((components.schemas ?? {}) as Readonly<Record<string, Schema>>);
  const operations = readOperations(answer).map((operation) =>
    describe(
      operation,
      at(document, 'paths', operation.path, operation.method.toLowerCase()) as Json,
      document,
    ),
  );
  return { operations, resolve };
}

function describe(operation: Operation, said: Json, document: Json): DocumentedOperation {
  const follow = (node: unknown) => dereference(document, node);
  const answers = Object.entries((said.responses ?? {}) as Json).map(
    ([status, answer]) => [Number(status), readAnswer(follow(answer), document)] as const,
  );
  return {
    ...operation,
    name: `${operation.method} ${operation.path}`,
    id: String(said.operationId),
    spends: answers.some(([status]) => status === 402),
    ways: ((said.security ?? []) as object[]).map((way) => Object.keys(way)),
    parameters: ((said.parameters ?? []) as unknown[]).map((parameter) => follow(parameter) as never),
    body: readBody(follow(said.requestBody)),
    answers: new Map(answers),
    words: allWords(document, said),
  };
}

function readBody(requestBody: unknown): DocumentedOperation['body'] {
  const schema = at(requestBody, 'content', 'application/json', 'schema') as Schema | undefined;
  const kibibytes = /At most (\d+) KiB/.exec(String(at(requestBody, 'description')))?.[1];
  return schema && { schema, maxBytes: Number(kibibytes ?? Infinity) * 1024 };
}

function readAnswer(answer: unknown, document: Json): DocumentedAnswer {
  const content = Object.entries((at(answer, 'content') ?? {}) as Json);
  const headers = Object.entries((at(answer, 'headers') ?? {}) as Json);
  const events = content.flatMap(([, body]) => Object.entries((at(body, 'x-events') ?? {}) as Json));
  return {
    content: new Map(
      content.map(([type, body]) => [mediaTypeOf(type), checkOf(at(body, 'schema'), document)]),
    ),
    events: new Map(events.map(([event, schema]) => [event, checkOf(schema, document)])),
    headers: new Map(
      headers.map(([name, header]) => [name, readHeader(dereference(document, header), document)]),
    ),
  };
}

function readHeader(header: unknown, document: Json): DocumentedHeader {
  const check = checkOf(at(header, 'schema'), document);
  const isNumber = at(header, 'schema', 'type') === 'integer';
  return {
    required: at(header, 'required') === true,
    check: (text) => check(isNumber ? Number(text) : text),
  };
}

export function mediaTypeOf(contentType: string): string {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function checkOf(schema: unknown, document: Json): Check {
  // References start at the root.
  const validator = Compile({ ...(schema as object), components: document.components } as object);
  return (value) => {
    if (validator.Check(value)) return undefined;
    const [error] = validator.Errors(value)[1];
    return `${error?.instancePath || 'it'} ${error?.message ?? 'does not fit'}`;
  };
}

function dereference(document: Json, node: unknown): unknown {
  const reference = at(node, '$ref');
  if (typeof reference !== 'string') return node;
  return dereference(document, at(document, ...reference.slice(2).split('/')));
}

/** Collects the text of a part of the document, and of each referenced part once. */
function allWords(document: Json, part: unknown, seen = new Set<string>()): string {
  const text = JSON.stringify(part);
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].flatMap(([, reference]) => reference ?? []);
  const inner = references.filter((reference) => !seen.has(reference));
  for (const reference of inner) seen.add(reference);
  return [
    text,
    ...inner.map((reference) => allWords(document, dereference(document, { $ref: reference }), seen)),
  ].join('\n');
}
