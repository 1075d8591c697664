/** The subset of JSON Schema that the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly minProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Resolves a reference; returns other schemas unchanged. Throws if a schema uses an unknown keyword. */
export type Resolve = (schema: Schema) => Schema;

const rules = new Set([
  '$ref',
  'type',
  'const',
  'enum',
  'anyOf',
  'properties',
  'required',
  'additionalProperties',
  'patternProperties',
  'minProperties',
  'items',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minimum',
  'maximum',
]);

const remarks = new Set(['title', 'description', 'default']);

/** Creates a resolver. `components` are the document's schemas by name. */
export function createResolve(components: Readonly<Record<string, Schema>>): Resolve {
  return function resolve(schema) {
    const strange = Object.keys(schema).find((keyword) => !rules.has(keyword) && !remarks.has(keyword));
    // An ignored keyword would be a rule that is never broken.
    if (strange !== undefined) throw new Error(`a schema uses the unknown keyword ${strange}`);
    if (schema.$ref === undefined) return schema;
    const named = components[schema.$ref.replace('#/components/schemas/', '')];
    if (!named) throw new Error(`${schema.$ref} does not exist`);
    return resolve(named);
  };
}

export function typesOf({ type }: Schema): readonly string[] {
  if (type === undefined) return [];
  return typeof type === 'string' ? [type] : type;
}

/** Splits a text into characters as JSON Schema counts them. */
export function lengthOf(text: string): number {
  return [...text].length;
}
