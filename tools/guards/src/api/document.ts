/** The parts of OpenAPI that clients depend on. */
export type Node = Readonly<Record<string, unknown>>;

export interface Operation {
  /** `GET /api/canvas/{}`: clients do not see the name of a path parameter. */
  readonly name: string;
  readonly node: Node;
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function nodeOf(value: unknown): Node {
  return isNode(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function operationsOf(document: Node): Operation[] {
  return Object.entries(nodeOf(document.paths)).flatMap(([path, item]) =>
    Object.entries(nodeOf(item))
      .filter(([method]) => methods.includes(method))
      .map(([method, node]) => ({
        name: `${method.toUpperCase()} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`,
        node: nodeOf(node),
      })),
  );
}

/** Resolves a reference within the document. Returns any other node unchanged. */
export function resolve(document: Node, value: unknown): Node {
  const node = nodeOf(value);
  if (typeof node.$ref !== 'string') return node;
  const steps = node.$ref.replace(/^#\//, '').split('/');
  const target = steps.reduce<unknown>(
    (at, step) => nodeOf(at)[step.replaceAll('~1', '/').replaceAll('~0', '~')],
    document,
  );
  return resolve(document, target);
}
