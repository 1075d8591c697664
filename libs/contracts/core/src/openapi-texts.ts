type Json = Readonly<Record<string, unknown>>;

/** The frame refuses NUL in whatever is sent, because PostgreSQL can store it in no text. */
const pattern = '^[^\\u0000]*$';

/** Says of every text in a schema that it holds no NUL, unless something narrower is said of it already. */
export function forbidNul(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(forbidNul);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, forbidNul(value)]));
  return isAnyText(copy) ? { ...copy, pattern } : copy;
}

function isAnyText(schema: Json): boolean {
  return schema.type === 'string' && !['pattern', 'format', 'const', 'enum'].some((rule) => rule in schema);
}

/** The names of the schemas to which a part of the document refers, and to which those refer. */
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
