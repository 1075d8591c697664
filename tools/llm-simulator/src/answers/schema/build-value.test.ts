import fc from 'fast-check';
import { Check } from 'typebox/schema';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../json.ts';
import { createRandom } from '../../random.ts';
import { briefOf } from '../brief.ts';
import { createWriter } from '../writer.ts';
import { buildValue } from './build-value.ts';

const brief = briefOf([{ role: 'user', text: 'Sunrise Bakery sells sourdough bread to commuters in Lyon' }]);
const build = (schema: unknown, seed = 1) => buildValue(schema, createWriter(brief, createRandom(seed)));
const names = fc.constantFrom('name', 'channels', 'price', 'notes', 'key_partners', 'reasoning', 'x');

const range = (most: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: most }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);

const scalar: fc.Arbitrary<JsonObject> = fc.oneof(
  range(120).map(([minLength, maxLength]) => ({ type: 'string', minLength, maxLength })),
  range(500).map(([minimum, maximum]) => ({ type: 'integer', minimum, maximum })),
  range(9).map(([low = 0, high = 0]) => ({
    type: 'number',
    exclusiveMinimum: low - 0.5,
    exclusiveMaximum: high,
  })),
  fc.integer({ min: 1, max: 9 }).map((multipleOf) => ({ type: 'integer', multipleOf, minimum: -20 })),
  fc.constantFrom<JsonObject>(
    { type: 'boolean' },
    { type: 'null' },
    { type: ['string', 'null'] },
    { enum: ['a', 7, null] },
    { const: { fixed: [1] } },
    { type: 'string' },
    { $ref: '#/$defs/tree' },
    { $ref: '#/$defs/slash~1name' },
  ),
);

const { schema } = fc.letrec<{
  schema: JsonObject;
  list: JsonObject;
  object: JsonObject;
  either: JsonObject;
}>((tie) => ({
  schema: fc.oneof({ maxDepth: 3 }, scalar, tie('list'), tie('object'), tie('either')),
  list: fc
    .tuple(tie('schema'), range(6))
    .map(([items, [minItems, maxItems]]) => ({ type: 'array', items, minItems, maxItems })),
  object: fc
    .tuple(fc.dictionary(names, tie('schema'), { maxKeys: 4 }), fc.boolean())
    .map(([properties, closed]) => ({
      type: 'object',
      properties,
      required: Object.keys(properties).slice(0, 2),
      additionalProperties: !closed,
    })),
  either: fc
    .tuple(tie('schema'), tie('schema'), fc.boolean())
    .map(([one, other, exclusive]) =>
      exclusive ? { oneOf: [tagged('one', one), tagged('other', other)] } : { anyOf: [one, other] },
    ),
}));

function tagged(tag: string, value: JsonObject): JsonObject {
  return {
    type: 'object',
    properties: { tag: { const: tag }, value },
    required: ['tag', 'value'],
    additionalProperties: false,
  };
}

const $defs = {
  tree: {
    type: 'object',
    properties: { label: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/tree' } } },
    required: ['label', 'children'],
    additionalProperties: false,
  },
  'slash/name': {
    anyOf: [
      { type: 'object', properties: { next: { $ref: '#/$defs/slash~1name' } }, required: ['next'] },
      { type: 'null' },
    ],
  },
};

describe('a built value', () => {
  test('satisfies any schema of the supported keywords', () => {
    fc.assert(
      fc.property(schema, fc.integer(), (one, seed) => {
        const whole = { ...one, $defs };
        expect(Check(whole, build(whole, seed))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('is the same for the same seed', () => {
    fc.assert(
      fc.property(schema, fc.integer(), (one, seed) => {
        expect(build({ ...one, $defs }, seed)).toEqual(build({ ...one, $defs }, seed));
      }),
    );
  });

  test('has every optional property that a finite value can have', () => {
    expect(
      build({ type: 'object', properties: { channels: { type: 'array', items: { type: 'string' } } } }),
    ).toEqual({
      channels: expect.arrayContaining([expect.stringContaining('Sunrise Bakery')]),
    });
  });

  test('stays small if the schema is recursive', () => {
    const branches = ['a', 'b', 'c', 'd'].map((name) => [name, { type: 'array', items: { $ref: '#' } }]);
    const value = build({ type: 'object', properties: Object.fromEntries(branches) });
    expect(JSON.stringify(value).length).toBeLessThan(10_000);
  });

  test('merges the keywords beside anyOf into the branch taken', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'integer' } },
      required: ['a'],
      anyOf: [{ properties: { b: { type: 'boolean' } }, required: ['b'] }],
    };
    expect(build(schema)).toEqual({ a: expect.any(Number), b: expect.any(Boolean) });
  });

  test.each([
    [
      'a required property that may not exist',
      { type: 'object', required: ['a'], additionalProperties: false },
      'false',
    ],
    ['endless recursion', { type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] }, 'infinite'],
    ['bounds without a number', { type: 'integer', minimum: 3, maximum: 2 }, 'bounds'],
    ['lengths that cross', { type: 'string', minLength: 3, maxLength: 2 }, 'minLength'],
    ['an unsupported keyword', { type: 'string', pattern: '^a' }, "'pattern'"],
    ['a reference to nothing', { $ref: '#/$defs/none' }, 'points to nothing'],
    ['an unknown type', { type: 'text' }, "'text'"],
  ])('is refused with the reason for %s', (_, schema, reason) => {
    expect(() => build(schema)).toThrow(reason);
  });
});
