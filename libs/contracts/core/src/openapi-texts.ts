type Json = Readonly<Record<string, unknown>>;

/** Pattern without NUL, which the service kit rejects because PostgreSQL cannot store it. */
const pattern = '^[^\\u0000]*$';

/** Adds the pattern to every string of a schema that has no narrower constraint. */
export function forbidNul(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(forbidNul);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, forbidNul(value)]));
  return isAnyText(copy) ? { ...copy, pattern } : copy;
}

function isAnyText(schema: Json): boolean {
  const { type } = schema;
  return (
    (type === 'string' || (Array.isArray(type) && type.includes('string'))) &&
    !['pattern', 'format', 'const', 'enum'].some((rule) => rule in schema)
  );
}

/** Returns the names of all schemas that a part of the document references, directly or indirectly. */
export function namesIn(
  part: unknown,
  schemas: ReadonlyMap<string, unknown>,
  seen = new Set<string>(),
): Set<string> {
  for (const [, name = ''] of JSON.stringify(part).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
    if (seen.has(name)) continue;
    seen.add(name);
    namesIn(schemas.get(name), schemas, seen);
  }
  return seen;
}
