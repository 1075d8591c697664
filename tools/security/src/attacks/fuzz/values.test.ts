import fc from 'fast-check';
import { Check } from 'typebox/schema';
import { describe, expect, test } from 'vitest';
import { createBrokenValues } from './broken-values.ts';
import { createResolve, lengthOf, type Schema } from './schema.ts';
import { createValidValues } from './valid-values.ts';

const components: Readonly<Record<string, Schema>> = {
  Loaf: {
    type: 'object',
    required: ['name', 'weight'],
    additionalProperties: false,
    properties: {
      name: { type: 'string', minLength: 2, maxLength: 10, pattern: '\\S' },
      weight: { type: 'integer', minimum: 1, maximum: 9 },
      flour: { enum: ['rye', 'wheat'] },
    },
  },
};

const schemas: Readonly<Record<string, Schema>> = {
  'a reference': { $ref: '#/components/schemas/Loaf' },
  'a text with a pattern': { type: 'string', pattern: '^[a-z][a-z0-9_.-]{0,99}$' },
  'a text without control characters': {
    type: 'string',
    maxLength: 5,
    pattern: '^(?=.*\\S)[^\\u0000-\\u001f]+$',
  },
  'a short text of a pattern': { type: 'string', maxLength: 3, pattern: '^[a-z]+$' },
  'an open object': {
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'integer', minimum: 1 }, b: { type: 'string', maxLength: 3 } },
  },
  'an id': { type: 'string', format: 'uuid' },
  'a day': { type: 'string', format: 'date' },
  'a moment': { type: 'string', format: 'date-time' },
  'an address': { type: 'string', format: 'email', maxLength: 255 },
  'a number': { type: 'number', minimum: 0, maximum: 2 },
  'a count': { type: 'integer', minimum: 1 },
  'a number or null': { type: ['integer', 'null'], minimum: 1, maximum: 16 },
  'a constant': { type: 'string', const: 'text_only' },
  'one of two forms': { anyOf: [{ type: 'string', maxLength: 3 }, { type: 'number' }] },
  'a list': { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, maxItems: 4 },
  'a set': { type: 'array', items: { enum: ['a', 'b', 'c'] }, minItems: 1, uniqueItems: true },
  'a map': { type: 'object', patternProperties: { '^.*$': { type: 'string', maxLength: 3 } } },
  'some field': {
    type: 'object',
    minProperties: 1,
    additionalProperties: false,
    properties: { a: { type: 'boolean' }, b: { type: 'boolean' } },
  },
};

const resolve = createResolve(components);
const valid = createValidValues(resolve);
const broken = createBrokenValues(resolve, valid);
const fits = (schema: Schema, value: unknown) =>
  Check({ ...schema, components: { schemas: components } } as never, value);

describe.each(Object.entries(schemas))('for %s', (_, schema) => {
  test('every generated value conforms to the schema', () => {
    fc.assert(fc.property(valid(schema), (value) => fits(schema, value)));
  });

  test('every broken value breaks the schema', () => {
    for (const { rule, value } of broken(schema)) {
      for (const sample of fc.sample(value, 20))
        expect(fits(schema, sample), `${rule}: ${JSON.stringify(sample)}`).toBe(false);
    }
  });
});

test('each rule of a schema is broken and reported with its location', () => {
  const list: Schema = {
    type: 'array',
    minItems: 1,
    maxItems: 9,
    items: { $ref: '#/components/schemas/Loaf' },
  };
  const rules = broken({ type: 'object', required: ['loaves'], properties: { loaves: list } }).map(
    ({ rule }) => rule,
  );
  expect(rules).toEqual(
    expect.arrayContaining([
      'type, as null',
      'required loaves',
      'loaves: minItems',
      'loaves: maxItems',
      'loaves.0: required weight',
      'loaves.0: additionalProperties',
      'loaves.0.name: minLength',
      'loaves.0.name: maxLength',
      'loaves.0.name: pattern, as "\\t"',
      'loaves.0.weight: type, as string',
      'loaves.0.weight: minimum',
      'loaves.0.weight: maximum',
      'loaves.0.flour: enum',
    ]),
  );
});

test('a text may have its maximum length, and one more character of several code units is too many', () => {
  const schema: Schema = { type: 'string', maxLength: 400 };
  const lengths = fc.sample(valid(schema), 500).map((text) => lengthOf(String(text)));
  expect(Math.max(...lengths)).toBe(400);
  const combined = broken(schema).find(({ rule }) => rule === 'maxLength, combined');
  expect(fc.sample(combined?.value ?? fc.constant(''), 1)).toEqual(['e\u0301'.repeat(201)]);
});

test('known values are used by field name', () => {
  const schema: Schema = {
    type: 'object',
    required: ['id'],
    properties: { id: { type: 'string', format: 'uuid' } },
  };
  const values = fc.sample(createValidValues(resolve, { id: ['known'] })(schema), 50);
  expect(values).toContainEqual(expect.objectContaining({ id: 'known' }));
  expect(values).not.toEqual(values.map(() => expect.objectContaining({ id: 'known' })));
});

test('the same seed makes the same values', () => {
  const sample = () => fc.sample(valid(schemas['a reference'] ?? {}), { numRuns: 20, seed: 7 });
  expect(sample()).toEqual(sample());
});

test('an unknown keyword is an error, not a rule that is never broken', () => {
  expect(() => valid({ type: 'number', multipleOf: 2 } as Schema)).toThrow('unknown keyword multipleOf');
  expect(() => valid({ $ref: '#/components/schemas/Roll' })).toThrow('does not exist');
});
