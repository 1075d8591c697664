import type { TSchema } from 'typebox';

/**
 * Null in request bodies. Clients send null for a field that they leave out. For an optional text that may be empty it counts
 * as empty text, and for any other optional field as absent. A field whose schema admits null is not affected.
 */

/** Keywords that this file reads. */
interface Node {
  readonly type?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly format?: string;
}

type Fields = Record<string, unknown>;
type ReadNulls = (value: unknown) => void;

/** Compiles a function that replaces the nulls of a body in place. Undefined if the schema has no field that null leaves out. */
export function nullReader(schema: TSchema): ReadNulls | undefined {
  return readerOf(schema as Node);
}

function readerOf(node: Node): ReadNulls | undefined {
  if (node.anyOf) return unionReader(node.anyOf);
  if (node.properties) return objectReader(node);
  const readItem = node.items && readerOf(node.items);
  if (!readItem) return undefined;
  return (value) => {
    if (Array.isArray(value)) for (const item of value) readItem(item);
  };
}

function objectReader(node: Node): ReadNulls | undefined {
  const optional = optionalFields(node);
  const nested = Object.entries(node.properties ?? {}).flatMap(([name, property]) => {
    const read = readerOf(property);
    return read ? [{ name, read }] : [];
  });
  if (optional.length === 0 && nested.length === 0) return undefined;
  return (value) => {
    if (!isFields(value)) return;
    for (const [name, property] of optional) {
      if (value[name] !== null) continue;
      if (mayBeEmptyText(property)) value[name] = '';
      else delete value[name];
    }
    for (const { name, read } of nested) read(value[name]);
  };
}

/** A value belongs to the variants whose required constants it has. */
function unionReader(variants: readonly Node[]): ReadNulls | undefined {
  const readers = variants.flatMap((variant) => {
    const { properties = {}, required = [] } = variant;
    const read = readerOf(variant);
    const constants = Object.entries(properties).filter(
      ([name, property]) => 'const' in property && required.includes(name),
    );
    return read ? [{ read, constants }] : [];
  });
  if (readers.length === 0) return undefined;
  return (value) => {
    if (!isFields(value)) return;
    for (const { read, constants } of readers)
      if (constants.every(([name, property]) => value[name] === property.const)) read(value);
  };
}

/**
 * Returns the schema of a body with null for each field that null leaves out, for documentation. If this changes an object
 * whose title is also used in replies, the object gets the title `<title>Input`.
 */
export function withNulls(schema: TSchema, isInReplies: (title: string) => boolean): TSchema {
  return admitNulls(schema as Node, isInReplies) as TSchema;
}

function admitNulls(node: Node, isInReplies: (title: string) => boolean): Node {
  const { anyOf, items, properties } = node;
  if (anyOf) return { ...node, anyOf: anyOf.map((variant) => admitNulls(variant, isInReplies)) };
  if (items) return { ...node, items: admitNulls(items, isInReplies) };
  if (!properties) return node;
  const optional = new Map(optionalFields(node));
  const admitted = Object.entries(properties).map(([name, property]): [string, Node] => {
    const inner = admitNulls(property, isInReplies);
    return [name, optional.has(name) ? orNull(inner) : inner];
  });
  const changed: Node = { ...node, properties: Object.fromEntries(admitted) };
  const { title } = node;
  if (title === undefined || !isInReplies(title) || JSON.stringify(changed) === JSON.stringify(node))
    return changed;
  return { ...changed, title: `${title}Input` };
}

function orNull(node: Node): Node {
  const { title, description, type } = node;
  if (title !== undefined || 'const' in node || (typeof type !== 'string' && !node.enum)) {
    if (node.anyOf && title === undefined) return { ...node, anyOf: [...node.anyOf, { type: 'null' }] };
    return { anyOf: [node, { type: 'null' }], ...(description === undefined ? {} : { description }) };
  }
  return {
    ...node,
    ...(typeof type === 'string' ? { type: [type, 'null'] } : {}),
    ...(node.enum ? { enum: [...node.enum, null] } : {}),
  };
}

function optionalFields({ properties = {}, required = [] }: Node): [string, Node][] {
  return Object.entries(properties).filter(
    ([name, property]) => !required.includes(name) && !admitsNull(property),
  );
}

function admitsNull({ type, anyOf, enum: values, ...node }: Node): boolean {
  if ('const' in node) return node.const === null;
  if (values) return values.includes(null);
  if (anyOf) return anyOf.some(admitsNull);
  return type === undefined || type === 'null' || (Array.isArray(type) && type.includes('null'));
}

function mayBeEmptyText({ type, minLength = 0, ...node }: Node): boolean {
  const isNarrowed = ['const', 'enum', 'pattern', 'format'].some((keyword) => keyword in node);
  return type === 'string' && minLength === 0 && !isNarrowed;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
