/** A JSON Schema, as far as the document makes use of it. */
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

/** What a reference leads to, and every other schema as it is. Throws where a schema says what is not understood. */
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

/** `components` are the document's schemas by name. */
export function createResolve(components: Readonly<Record<string, Schema>>): Resolve {
  return function resolve(schema) {
    const strange = Object.keys(schema).find((keyword) => !rules.has(keyword) && !remarks.has(keyword));
    // A rule that is not looked at would never be broken.
    if (strange !== undefined) throw new Error(`a schema says ${strange}, of which nothing is known here`);
    if (schema.$ref === undefined) return schema;
    const named = components[schema.$ref.replace('#/components/schemas/', '')];
    if (!named) throw new Error(`${schema.$ref} leads nowhere`);
    return resolve(named);
  };
}

export function typesOf({ type }: Schema): readonly string[] {
  if (type === undefined) return [];
  return typeof type === 'string' ? [type] : type;
}

/** Characters as JSON Schema counts them. */
export function lengthOf(text: string): number {
  return [...text].length;
}
