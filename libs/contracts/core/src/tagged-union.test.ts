import Type from 'typebox';
import Value from 'typebox/value';
import { expect, test } from 'vitest';
import { strictObject } from './strict-object.ts';
import { narrowTaggedUnions, taggedUnion } from './tagged-union.ts';

const Circle = strictObject({ type: Type.Literal('circle'), radius: Type.Number() }, { title: 'Circle' });
const Square = strictObject({ type: Type.Literal('square'), side: Type.Number() }, { title: 'Square' });
const Shape = taggedUnion('type', [Circle, Square], { description: 'A shape.' });
const Drawing = Type.Object({ shapes: Type.Array(Shape, { maxItems: 2 }) });

const pathsOf = (value: unknown) =>
  Value.Errors(narrowTaggedUnions(Drawing, value), value).map(
    ({ keyword, instancePath }) => `${keyword} ${instancePath}`,
  );

test('errors refer to the variant that the tag names, for each item of a list', () => {
  const shapes = [{ type: 'circle' }, { type: 'square', side: 'x' }];
  expect(pathsOf({ shapes })).toEqual(['required /shapes/0', 'type /shapes/1/side']);
});

test('an unknown or missing tag is the only error', () => {
  expect(pathsOf({ shapes: [{ type: 'line', length: 1 }] })).toEqual(['enum /shapes/0/type']);
  expect(pathsOf({ shapes: [{}] })).toEqual(['required /shapes/0']);
  expect(pathsOf({ shapes: ['circle'] })).toEqual(['type /shapes/0']);
});

test('the schema around a union is still validated', () => {
  const square = { type: 'square', side: 1 };
  expect(pathsOf({ shapes: [square, square, square] })).toEqual(['maxItems /shapes']);
  expect(pathsOf({})).toEqual(['required ']);
  expect(pathsOf({ shapes: [square, square] })).toEqual([]);
});

test('OpenAPI maps tags to variants', () => {
  expect(Shape).toMatchObject({
    discriminator: {
      propertyName: 'type',
      mapping: { circle: '#/components/schemas/Circle', square: '#/components/schemas/Square' },
    },
  });
});

test('a variant without a title or a tag is rejected', () => {
  expect(() => taggedUnion('type', [Type.Object({ type: Type.Literal('x') })], {})).toThrow(/title/);
  expect(() => taggedUnion('kind', [Circle], {})).toThrow(/lacks the constant kind/);
});
