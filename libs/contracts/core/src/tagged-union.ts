import Type, {
  type TObject,
  type TProperties,
  type TSchema,
  type TSchemaOptions,
  type TUnion,
} from 'typebox';

/**
 * A union of titled objects that differ in a constant field, the tag. Validation reports the errors of the variant that
 * the tag names, and OpenAPI shows the tag as the union's discriminator.
 */
export function taggedUnion<V extends TObject[]>(
  tag: string,
  variants: [...V],
  options: TSchemaOptions,
): TUnion<V> {
  const mapping = Object.fromEntries(
    variants.map((variant) => [tagOf(tag, variant), `#/components/schemas/${titleOf(variant)}`]),
  );
  return Type.Union<V>(variants, { ...options, discriminator: { propertyName: tag, mapping } });
}

/** Schema keywords that this file reads. */
interface Keywords {
  readonly anyOf?: readonly TObject[];
  readonly discriminator?: { readonly propertyName: string };
  readonly properties?: TProperties;
  readonly items?: TSchema;
}

/**
 * Replaces each tagged union of a schema with the variant that the value names, or with a schema of the tag alone if it
 * names none. Used for error messages only: it does not change which values are accepted.
 */
export function narrowTaggedUnions(schema: TSchema, value: unknown): TSchema {
  const { anyOf, discriminator, properties, items } = schema as Keywords;
  if (anyOf && discriminator) return narrowUnion(anyOf, discriminator.propertyName, value);
  if (properties && isRecord(value)) {
    const narrowed = Object.entries(properties).map(([name, property]) => [
      name,
      narrowTaggedUnions(property, value[name]),
    ]);
    return { ...schema, properties: Object.fromEntries(narrowed) } as TSchema;
  }
  if (items && Array.isArray(value)) {
    return { ...schema, items: value.map((item) => narrowTaggedUnions(items, item)) } as TSchema;
  }
  return schema;
}

/** Returns true if any part of a schema is a tagged union. */
export function hasTaggedUnion(schema: TSchema): boolean {
  return JSON.stringify(schema).includes('"discriminator":');
}

function narrowUnion(variants: readonly TObject[], tag: string, value: unknown): TSchema {
  const named = isRecord(value) ? value[tag] : undefined;
  const variant = variants.find((candidate) => tagOf(tag, candidate) === named);
  if (variant) return narrowTaggedUnions(variant, value);
  return Type.Object({ [tag]: Type.Enum(variants.map((candidate) => tagOf(tag, candidate))) });
}

function tagOf(tag: string, { properties }: TObject): string {
  const { const: constant } = (properties[tag] ?? {}) as { const?: unknown };
  if (typeof constant !== 'string') throw new Error(`A variant of a tagged union lacks the constant ${tag}.`);
  return constant;
}

function titleOf(variant: TObject): string {
  const { title } = variant as { title?: unknown };
  if (typeof title !== 'string') throw new Error('A variant of a tagged union has no title.');
  return title;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
