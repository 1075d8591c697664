import fc from 'fast-check';
import { lengthOf, type Resolve, type Schema, typesOf } from './schema.ts';

export type Values = (schema: Schema) => fc.Arbitrary<unknown>;

/** Meaningful values by field name; all other values are generated. */
export type Known = Readonly<Record<string, readonly unknown[]>>;

/** Size limit of generated texts and lists. */
const longestText = 5_000;
const longestList = 50;
const usualList = 3;

/** Values that conform to a schema. At most a rule stated in prose can exclude them. */
export function createValidValues(resolve: Resolve, known: Known = {}): Values {
  const values: Values = (schema) => {
    const resolved = resolve(schema);
    if ('const' in resolved) return fc.constant(resolved.const);
    if (resolved.enum) return fc.constantFrom(...resolved.enum);
    if (resolved.anyOf) return fc.oneof(...resolved.anyOf.map(values));
    const types = typesOf(resolved);
    return types.length === 0 ? anything : fc.oneof(...types.map((type) => ofType(type, resolved)));
  };

  const ofType = (type: string, schema: Schema): fc.Arbitrary<unknown> => {
    switch (type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return integerOf(schema);
      case 'number':
        return numberOf(schema);
      case 'string':
        return textOf(schema);
      case 'array':
        return listOf(schema, schema.items === undefined ? anything : values(schema.items));
      case 'object':
        return objectOf(schema, (name, property) => {
          const meant = known[name] ?? [];
          return meant.length === 0
            ? values(property)
            : fc.oneof({ arbitrary: fc.constantFrom(...meant), weight: 2 }, values(property));
        });
      default:
        throw new Error(`there is no type ${type}`);
    }
  };
  return values;
}

/** Names that could pollute prototypes: refused by every route. */
const isHarmless = (value: unknown) => !/"(?:__proto__|constructor|prototype)":/.test(JSON.stringify(value));

const anything = fc.jsonValue({ maxDepth: 2 }).filter(isHarmless);

function integerOf({ minimum, maximum }: Schema): fc.Arbitrary<number> {
  const usual = fc.integer({ min: minimum ?? -1_000, max: maximum ?? 1_000_000 });
  if (maximum !== undefined) return usual;
  return fc.oneof({ arbitrary: usual, weight: 4 }, fc.constantFrom(Number.MAX_SAFE_INTEGER, 1e21));
}

function numberOf(schema: Schema): fc.Arbitrary<number> {
  const { minimum = -1e15, maximum = 1e15 } = schema;
  const broken = fc.double({ min: minimum, max: maximum, noNaN: true }).map((value) => value + 0);
  return fc.oneof(integerOf({ minimum: Math.ceil(minimum), maximum: Math.floor(maximum) }), broken);
}

/** Texts within the schema's lengths, of any characters: multi-unit, combining, control, NUL. */
function anyText(min: number, max: number): fc.Arbitrary<string> {
  const lengths = { minLength: min, maxLength: Math.min(max, min + 40) };
  const usual = [
    { arbitrary: fc.string({ ...lengths, unit: 'grapheme-ascii' }), weight: 6 },
    { arbitrary: fc.string({ ...lengths, unit: 'binary' }), weight: 4 },
    { arbitrary: fc.constant('\0'.padEnd(min, 'a')), weight: 1 },
  ];
  if (max > longestText) return fc.oneof(...usual);
  const longest = fc.constantFrom('a', 'é', '𝒳').map((character) => character.repeat(max));
  return fc.oneof(...usual, { arbitrary: longest, weight: 1 });
}

function textOf({ minLength = 0, maxLength = Infinity, pattern, format }: Schema): fc.Arbitrary<string> {
  const fits = (text: string) => lengthOf(text) >= minLength && lengthOf(text) <= maxLength;
  const formatted = format === undefined ? undefined : formats[format];
  if (format !== undefined && !formatted) throw new Error(`there is no format ${format}`);
  if (formatted) return formatted.filter(fits);
  if (pattern === undefined) return anyText(minLength, maxLength);
  const expression = new RegExp(pattern, 'u');
  // Patterns that only exclude characters, and those that fast-check cannot generate, filter arbitrary texts.
  const isWritten = /^\^(?!\(\?|\[\^).*\$$/.test(pattern);
  const candidates = isWritten ? fc.stringMatching(expression) : anyText(minLength, maxLength);
  return candidates.filter((text) => fits(text) && expression.test(text));
}

const firstDay = new Date('0001-01-01');
const lastDay = new Date('9999-12-31');
const moments = fc.oneof(
  fc.date({ min: new Date('2025-01-01'), max: new Date('2035-12-31'), noInvalidDate: true }),
  fc.date({ min: firstDay, max: lastDay, noInvalidDate: true }),
);

const formats: Readonly<Record<string, fc.Arbitrary<string>>> = {
  uuid: fc.tuple(fc.uuid(), fc.boolean()).map(([id, upper]) => (upper ? id.toUpperCase() : id)),
  date: moments.map((moment) => moment.toISOString().slice(0, 10)),
  'date-time': fc.oneof(
    {
      arbitrary: fc
        .tuple(
          moments,
          fc.constantFrom('', '.5', '.123456789'),
          fc.constantFrom('Z', 'z', '+05:30', '-11:00'),
        )
        .map(([moment, fraction, zone]) => `${moment.toISOString().slice(0, 19)}${fraction}${zone}`),
      weight: 6,
    },
    // A leap second.
    fc.constant('2016-12-31T23:59:60Z'),
  ),
  email: fc.emailAddress(),
};

function listOf(schema: Schema, item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> {
  const { minItems = 0, maxItems = Infinity, uniqueItems = false } = schema;
  const ofLength = (minLength: number, maxLength: number) =>
    uniqueItems
      ? fc.uniqueArray(item, { minLength, maxLength, selector: (value) => JSON.stringify(value) })
      : fc.array(item, { minLength, maxLength });
  const usual = ofLength(minItems, Math.min(maxItems, minItems + usualList));
  if (maxItems > longestList || uniqueItems) return usual;
  return fc.oneof({ arbitrary: usual, weight: 6 }, ofLength(maxItems, maxItems));
}

function objectOf(
  schema: Schema,
  fieldOf: (name: string, schema: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<object> {
  const { properties = {}, required = [], patternProperties, minProperties = 0 } = schema;
  const named = Object.entries(properties).map(([name, property]) => [name, fieldOf(name, property)]);
  const model = Object.fromEntries(named) as Record<string, fc.Arbitrary<unknown>>;
  const own = fc.record(model, { requiredKeys: [...required], noNullPrototype: true });
  const [pattern, others] = Object.entries(patternProperties ?? {})[0] ?? [];
  const names = pattern === undefined ? undefined : textOf({ pattern, maxLength: 40 });
  const more =
    names && others
      ? fc.dictionary(names, fieldOf('', others), { maxKeys: 3, noNullPrototype: true })
      : extras(schema);
  return fc
    .tuple(own, more)
    .map(([first, second]) => ({ ...second, ...first }))
    .filter((value) => Object.keys(value).length >= minProperties && isHarmless(value));
}

/** Unknown fields, where they are allowed. */
function extras({ additionalProperties = true }: Schema): fc.Arbitrary<object> {
  const none = fc.constant({});
  if (!additionalProperties) return none;
  const some = fc.dictionary(fc.stringMatching(/^x_[a-z]{1,8}$/), anything, {
    minKeys: 1,
    maxKeys: 2,
    noNullPrototype: true,
  });
  return fc.oneof({ arbitrary: none, weight: 3 }, some);
}
