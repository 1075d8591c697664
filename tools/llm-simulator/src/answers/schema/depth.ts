import { asSchema, branchesOf, listAt, numberAt, objectAt, resolveReference, type Schema } from './schema.ts';

/** The levels of the smallest document that satisfies the schema. Infinity for endless recursion. */
export function leastDepth(root: Schema, schema: Schema, visited: ReadonlySet<string> = new Set()): number {
  if (schema === false) return Number.POSITIVE_INFINITY;
  if (schema === true) return 0;
  if (typeof schema.$ref === 'string') {
    if (visited.has(schema.$ref)) return Number.POSITIVE_INFINITY;
    return leastDepth(root, resolveReference(root, schema.$ref), new Set([...visited, schema.$ref]));
  }
  const branches = branchesOf(schema);
  if (branches) return Math.min(...branches.map((branch) => leastDepth(root, branch, visited)));
  const children = neededChildren(schema).map((child) => leastDepth(root, child, visited));
  return children.length === 0 ? 0 : 1 + Math.max(...children);
}

/** The schemas of required properties and required list items. */
function neededChildren(schema: Exclude<Schema, boolean>): readonly Schema[] {
  if (schema.const !== undefined || schema.enum !== undefined) return [];
  const properties = objectAt(schema, 'properties');
  const required = listAt(schema, 'required').flatMap((name) => properties[String(name)] ?? []);
  const items = numberAt(schema, 'minItems', 0) > 0 && schema.items !== undefined ? [schema.items] : [];
  return [...required, ...items].map(asSchema);
}
