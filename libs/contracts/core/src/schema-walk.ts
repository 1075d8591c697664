import type { TSchema } from 'typebox';

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function children(schema: Node): readonly Node[] {
  const lists = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  return [schema.items, schema.additionalProperties, ...lists].filter(isNode);
}

/** Calls `visit` for each property of each object within a schema, with its dotted path. */
export function walkProperties(
  schema: TSchema,
  path: string,
  visit: (property: Node, path: string) => void,
): void {
  const node = schema as Node;
  if (isNode(node.properties)) {
    for (const [name, property] of Object.entries(node.properties)) {
      if (!isNode(property)) continue;
      visit(property, `${path}.${name}`);
      walkProperties(property as TSchema, `${path}.${name}`, visit);
    }
  }
  for (const child of children(node)) walkProperties(child as TSchema, path, visit);
}
