import fc from 'fast-check';
import { type Resolve, type Schema, typesOf } from './schema.ts';
import type { Values } from './valid-values.ts';

/** Values that break exactly one rule of a schema. */
export interface Broken {
  /** Location and rule, as `jobs.0.priority: maximum`. */
  readonly rule: string;
  readonly value: fc.Arbitrary<unknown>;
}

/** Size limit of generated texts and lists: larger ones would be refused for their size, which is another rule. */
const longestText = 100_000;
const longestList = 1_000;

/** Breaks every rule of a schema and its parts once. The alternatives of an `anyOf` are not broken individually. */
export function createBrokenValues(resolve: Resolve, valid: Values): (schema: Schema) => readonly Broken[] {
  const broken = (schema: Schema): Broken[] => {
    const resolved = resolve(schema);
    if ('const' in resolved) return [rule('const', fc.constantFrom('another', 7, null, {}))];
    if (resolved.enum) return [rule('enum', fc.constantFrom('another', 7, null, {}))];
    if (resolved.anyOf) return typeBroken(resolved.anyOf.flatMap((form) => typesIn(resolve(form))));
    return [
      ...typeBroken(typesOf(resolved)),
      ...textBroken(resolved),
      ...numberBroken(resolved),
      ...listBroken(resolved),
      ...objectBroken(resolved),
    ];
  };

  const listBroken = (schema: Schema): Broken[] => {
    const { items, minItems = 0, maxItems = Infinity, uniqueItems = false } = schema;
    if (!typesOf(schema).includes('array') || items === undefined) return [];
    const ofLength = (length: number) => fc.array(valid(items), { minLength: length, maxLength: length });
    const same = (length: number) => valid(items).map((item) => Array.from({ length }, () => item));
    return [
      ...(minItems > 0 ? [rule('minItems', ofLength(minItems - 1))] : []),
      ...(maxItems < longestList ? [rule('maxItems', same(maxItems + 1))] : []),
      ...(uniqueItems ? [rule('uniqueItems', same(2))] : []),
      ...within('0', broken(items), (value) => value.map((item) => [item])),
    ];
  };

  const objectBroken = (schema: Schema): Broken[] => {
    if (!typesOf(schema).includes('object')) return [];
    const { properties = {}, required = [], additionalProperties, patternProperties = {} } = schema;
    const whole = valid(schema) as fc.Arbitrary<Record<string, unknown>>;
    const having = (name: string) => (value: fc.Arbitrary<unknown>) =>
      fc.tuple(whole, value).map(([object, other]) => ({ ...object, [name]: other }));
    return [
      ...required.map((name) =>
        rule(
          `required ${name}`,
          whole.map((object) => without(object, name)),
        ),
      ),
      ...(additionalProperties === false
        ? [rule('additionalProperties', having('x_unknown')(fc.constant(1)))]
        : []),
      ...(schema.minProperties ? [rule('minProperties', fc.constant({}))] : []),
      ...Object.entries(properties).flatMap(([name, property]) =>
        within(name, broken(property), having(name)),
      ),
      ...Object.values(patternProperties).flatMap((property) => within('*', broken(property), having('any'))),
    ];
  };

  const typesIn = (schema: Schema): readonly string[] => {
    if ('const' in schema) return [typeName(schema.const)];
    if (schema.enum) return schema.enum.map(typeName);
    return typesOf(schema);
  };
  return broken;
}

function rule(name: string, value: fc.Arbitrary<unknown>): Broken {
  return { rule: name, value };
}

function within(
  name: string,
  all: readonly Broken[],
  place: (value: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown>,
): Broken[] {
  return all.map(({ rule: inner, value }) =>
    rule(inner.includes(': ') ? `${name}.${inner}` : `${name}: ${inner}`, place(value)),
  );
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** One value of each type; a non-integer number covers number and integer. */
const samples: Readonly<Record<string, unknown>> = {
  null: null,
  boolean: true,
  number: 1.5,
  string: 'text',
  array: [],
  object: {},
};

function typeBroken(types: readonly string[]): Broken[] {
  if (types.length === 0) return [];
  return Object.entries(samples)
    .filter(([type]) => !types.includes(type))
    .map(([type, value]) => rule(`type, as ${type}`, fc.constant(value)));
}

const misshapen: Readonly<Record<string, readonly string[]>> = {
  uuid: ['text', '00000000-0000-0000-0000-00000000000', '00000000-0000-0000-0000-00000000000g'],
  date: ['text', '2025-13-45', '2025-02-30', '20250101', '2025-01-01T00:00:00Z'],
  'date-time': ['text', '2025-01-01', '2040-01-01T00:00:00', '2040-02-30T00:00:00Z', '2040-01-01T25:00:00Z'],
  email: ['text', 'name@', '@example.com', 'no body@example.com', 'a@b@example.com'],
};

/** Texts that few patterns accept. Some patterns confuse the end of a line with the end of the text. */
const unfit = ['', ' ', '\t', 'É', 'a b', 'a\n', 'AB\n', '\na', 'a\0', '𝒳'];

function textBroken(schema: Schema): Broken[] {
  const { minLength = 0, maxLength = Infinity, pattern, format } = schema;
  if (!typesOf(schema).includes('string')) return [];
  const expression = pattern === undefined ? undefined : new RegExp(pattern, 'u');
  return [
    ...(minLength > 0 ? [rule('minLength', fc.constant('a'.repeat(minLength - 1)))] : []),
    ...(maxLength < longestText
      ? [
          rule('maxLength', fc.constant('a'.repeat(maxLength + 1))),
          // Two code units per character.
          rule('maxLength, combined', fc.constant('e\u0301'.repeat(Math.floor(maxLength / 2) + 1))),
        ]
      : []),
    ...unfit
      .filter((text) => expression?.test(text) === false)
      .map((text) => rule(`pattern, as ${JSON.stringify(text)}`, fc.constant(text))),
    ...(format === undefined ? [] : [rule('format', fc.constantFrom(...(misshapen[format] ?? ['text'])))]),
  ];
}

function numberBroken(schema: Schema): Broken[] {
  const { minimum, maximum } = schema;
  return [
    ...(minimum === undefined ? [] : [rule('minimum', fc.constant(minimum - 1))]),
    ...(maximum === undefined ? [] : [rule('maximum', fc.constant(maximum + 1))]),
  ];
}

function without(object: Readonly<Record<string, unknown>>, name: string): object {
  const { [name]: _, ...rest } = object;
  return rest;
}
