import { randomUUID } from 'node:crypto';
import type { TSchema } from 'typebox';

/** Part of every marked text. Lower-case letters match most patterns and survive every encoding. */
export const mark = 'zqleak';

/** The part of JSON Schema that contracts use. */
interface Schema {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface Marked {
  /** Creates a value of the schema in which every text is marked, with all fields or only the required ones. */
  value(schema: TSchema, fields: 'all' | 'required'): unknown;
  /** Generated ids. They count as secrets too, but cannot contain the mark. */
  readonly ids: readonly string[];
}

export function createMarkedValues(): Marked {
  const ids: string[] = [];
  let made = 0;

  const text = (name: string): string => {
    made += 1;
    return `${mark}${made}${name.toLowerCase().replaceAll(/[^a-z]/g, '')}`;
  };
  const id = (): string => {
    const value = randomUUID();
    ids.push(value);
    return value;
  };

  const string = (schema: Schema, name: string): string => {
    const { format, pattern, minLength = 0, maxLength = Infinity } = schema;
    const plain = text(name).padEnd(Math.min(minLength, 1_000), 'x').slice(0, maxLength);
    if (format === 'uuid') return id();
    if (format === 'email') return `${plain}@example.com`;
    if (format === 'date') return '2026-01-01';
    if (format === 'date-time') return '2026-01-01T00:00:00Z';
    if (format === 'url' || format === 'uri') return `https://${plain}.example`;
    if (pattern === undefined) return plain;
    const fits = [plain, plain.toUpperCase(), `${plain}.a`, `${plain}@example.com`, id()];
    // A value that fails the pattern is rejected, and must not appear anywhere either.
    return fits.find((candidate) => new RegExp(pattern, 'u').test(candidate)) ?? plain;
  };

  const object = (schema: Schema, fields: 'all' | 'required'): object => {
    const { properties = {}, patternProperties = {}, required = [] } = schema;
    const chosen = Object.entries(properties).filter(([name]) => fields === 'all' || required.includes(name));
    const others = Object.values(patternProperties).map((inner) => [text('key'), inner] as const);
    return Object.fromEntries(
      [...chosen, ...(fields === 'all' ? others : [])].map(([name, inner]) => [
        name,
        value(inner, fields, name),
      ]),
    );
  };

  const value = (schema: Schema, fields: 'all' | 'required', name: string): unknown => {
    if ('const' in schema) return schema.const;
    if (schema.enum) return schema.enum[0];
    if (schema.anyOf) {
      const [first = {}] = schema.anyOf.filter(({ type }) => type !== 'null');
      return value(first, fields, name);
    }
    switch (schema.type) {
      case 'integer':
      case 'number':
        return schema.minimum ?? 1;
      case 'boolean':
        return true;
      case 'array':
        return Array.from({ length: Math.max(1, schema.minItems ?? 0) }, () =>
          value(schema.items ?? {}, fields, name),
        );
      case 'object':
        return object(schema, fields);
      default:
        return string(schema, name);
    }
  };

  return { ids, value: (schema, fields) => value(schema as Schema, fields, '') };
}
